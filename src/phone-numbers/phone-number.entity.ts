import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';

@Entity('phone_numbers')
export class PhoneNumber {
  @PrimaryColumn({ name: 'tenant_id', type: 'uuid' })
  tenantId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  /** Named `org_id` by the earlier system, yet it has always been the user who brought the number. */
  @Column({ name: 'org_id', type: 'uuid' })
  ownerId!: string;

  /** E.164 for every number saved here; the earlier system's are kept as they were written. */
  @Column('text')
  number!: string;

  @Column({ type: 'text', nullable: true })
  label!: string | null;

  @Column({ type: 'text', nullable: true })
  provider!: string | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
