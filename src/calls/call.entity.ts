import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';

@Entity('calls')
export class Call {
  @PrimaryColumn({ name: 'tenant_id', type: 'uuid' })
  tenantId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  /** The caller's number: E.164, or whatever the earlier system held (`+1234`). */
  @Column({ type: 'text', nullable: true })
  customer!: string | null;

  @Column({ type: 'text', nullable: true })
  transcript!: string | null;

  @Column({ type: 'text', nullable: true })
  summary!: string | null;

  /** Free text: providers add values with every release. */
  @Column({ type: 'text', nullable: true })
  status!: string | null;

  @Column({ type: 'text', nullable: true })
  direction!: string | null;

  @Column({ name: 'started_at', type: 'timestamptz', nullable: true })
  startedAt!: Date | null;

  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true })
  endedAt!: Date | null;

  @Column({ name: 'duration_seconds', type: 'integer', nullable: true })
  durationSeconds!: number | null;

  @Column({ name: 'ended_reason', type: 'text', nullable: true })
  endedReason!: string | null;

  /** US dollars; numeric(12,6), which the driver hands over as text. */
  @Column({
    type: 'numeric',
    nullable: true,
    transformer: {
      to: (v: unknown) => v,
      from: (v: string | null) => (v === null ? null : Number(v)),
    },
  })
  cost!: number | null;

  @Column({ name: 'recording_url', type: 'text', nullable: true })
  recordingUrl!: string | null;

  @Column({ type: 'text', nullable: true })
  provider!: string | null;

  @Column({ name: 'provider_call_id', type: 'text', nullable: true })
  providerCallId!: string | null;

  @Column({ name: 'phone_number_id', type: 'uuid', nullable: true })
  phoneNumberId!: string | null;

  @Column({ type: 'jsonb', nullable: true })
  messages!: object[] | null;

  @Column({ type: 'text', nullable: true })
  notes!: string | null;

  @Column({ type: 'text', array: true })
  tags!: string[];

  /** When the caller had everything about them removed from it. */
  @Column({ name: 'erased_at', type: 'timestamptz', nullable: true })
  erasedAt!: Date | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
