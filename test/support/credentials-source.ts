import { DataSource } from 'typeorm';
import { UserCredentials } from '../../src/credentials/credentials.entity';
import { CredentialsSubscriber } from '../../src/credentials/credentials.subscriber';
import { parseKeyring, Vault } from '../../src/kernel/security/vault';
import type { TestDatabase } from './database';
import { encryptionKey } from './keys';

/** TypeORM with the credentials' entity and subscriber, as the owner of the rows: several people's at once, past every plane. */
export async function credentialsSource({ adminUrl }: TestDatabase): Promise<DataSource> {
  const dataSource = await new DataSource({
    type: 'postgres',
    url: adminUrl,
    entities: [UserCredentials],
    logging: false,
  }).initialize();
  new CredentialsSubscriber(dataSource, new Vault(parseKeyring(encryptionKey)));
  return dataSource;
}
