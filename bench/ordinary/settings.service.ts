import { Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { parseKeyring, Vault } from '../../src/kernel/security/vault';
import { User } from './user.entity';

const COLUMN = 'users.vapi_api_key';

@Injectable()
export class SettingsService {
  private readonly vault = new Vault(parseKeyring(process.env.ENCRYPTION_KEY ?? ''));

  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  async find(userId: string) {
    return this.view(await this.user(userId));
  }

  async save(userId: string, apiKey: string) {
    const user = await this.user(userId);
    user.vapiApiKey = this.vault.seal(COLUMN, userId, apiKey);
    user.vapiUpdatedAt = new Date();
    user.vapiVerifiedAt = null;
    user.vapiStatus = 'unverified';
    return this.view(await this.users.save(user));
  }

  private async user(id: string): Promise<User> {
    const user = await this.users.findOne({ where: { id } });
    if (!user) throw new NotFoundException('User not found');
    return user;
  }

  private view({ id, vapiApiKey, vapiUpdatedAt, vapiVerifiedAt, vapiStatus }: User) {
    const text = vapiApiKey === null ? null : this.vault.open(COLUMN, id, vapiApiKey);
    return {
      configured: text !== null,
      apiKey: text && `${text.slice(0, 4)}…${text.slice(-4)}`,
      updatedAt: vapiUpdatedAt,
      verifiedAt: vapiVerifiedAt,
      status: vapiStatus,
    };
  }
}
