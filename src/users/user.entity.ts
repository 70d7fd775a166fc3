import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { Locale } from '../kernel/http/problem-catalogue';

export type OnboardingFlags = Record<string, unknown>;

/** A person who logs in. Credential columns are an entity of their own (`credentials/`), password hashes are read by SQL only. */
@Entity('users')
export class User {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  email!: string;

  /** When its reader proved it; null for the accounts of the earlier system, too. */
  @Column({ name: 'email_verified_at', type: 'timestamptz', nullable: true })
  emailVerifiedAt!: Date | null;

  @Column({ type: 'text', nullable: true })
  name!: string | null;

  @Column('text')
  locale!: Locale;

  @Column({ name: 'onboarding_flags', type: 'jsonb' })
  onboardingFlags!: OnboardingFlags;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
