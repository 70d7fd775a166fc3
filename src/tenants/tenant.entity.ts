import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** Owner of calls, phone numbers and the Ava profile; deleting it removes everything below it. */
@Entity('tenants')
export class Tenant {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'suspended_at', type: 'timestamptz', nullable: true })
  suspendedAt!: Date | null;
}
