import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** How Ava speaks for a tenant; exactly one each. */
@Entity('ava_profiles')
export class AvaProfile {
  @PrimaryColumn({ name: 'tenant_id', type: 'uuid' })
  tenantId!: string;

  @Column('text')
  name!: string;

  @Column('text')
  voice!: string;

  @Column('text')
  tone!: string;

  @Column('text')
  language!: string;

  @Column({ name: 'first_message', type: 'text' })
  firstMessage!: string;

  @Column('text')
  instructions!: string;

  /** Counted up by each change; the ETag. Not a @VersionColumn: that one would not stop a stale save. */
  @Column('integer')
  version!: number;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
