import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('users')
export class User {
  @PrimaryColumn('uuid')
  id!: string;

  @Column({ type: 'text' })
  email!: string;

  @Column({ name: 'vapi_api_key', type: 'text', nullable: true })
  vapiApiKey!: string | null;

  @Column({ name: 'vapi_updated_at', type: 'timestamptz', nullable: true })
  vapiUpdatedAt!: Date | null;

  @Column({ name: 'vapi_verified_at', type: 'timestamptz', nullable: true })
  vapiVerifiedAt!: Date | null;

  @Column({ name: 'vapi_status', type: 'text' })
  vapiStatus!: string;
}
