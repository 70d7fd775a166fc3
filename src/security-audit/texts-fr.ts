import { evidenceFr } from './texts-evidence-fr';
import type { Texts } from './texts.types';

const MIGRATE = 'npm run migrate';

export const french: Texts = {
  items: {
    'isolation-user': {
      title: 'Un utilisateur ne voit et ne modifie que ce qui est à lui',
      risk: 'Quelqu’un lit ou modifie les clés d’un autre.',
      remedy: `${MIGRATE} (politiques, droits et colonnes de users) ; src/credentials pour les routes`,
    },
    'isolation-tenant': {
      title: 'Un tenant ne voit que ses appels, ses numéros et son profil',
      risk: 'Un client lit les appels et transcriptions d’un autre.',
      remedy: `${MIGRATE} ; npx jest --selectProjects e2e --testPathPatterns catalogue nomme ce qui manque à une table`,
    },
    'one-profile': {
      title: 'Un profil Ava par tenant',
      risk: 'Le hasard décide quel assistant répond au téléphone.',
      remedy: 'ALTER TABLE ava_profiles ADD UNIQUE (tenant_id)',
    },
    routes: {
      title: 'Toutes les routes sont protégées',
      risk: 'N’importe qui sur le réseau lit ou modifie des données.',
      remedy:
        'src/<module>/*.controller.ts : pas de @Public(), et @UseGuards() sur chaque route avec identifiant',
    },
    cascade: {
      title: 'Supprimer un tenant supprime tout ce qui est à lui (CASCADE)',
      risk: 'Les appels d’un client parti restent là.',
      remedy: `${MIGRATE}, ou ALTER TABLE … ADD FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE`,
    },
    encryption: {
      title: 'Les clés des fournisseurs sont chiffrées',
      risk: 'Si la base ou une sauvegarde est compromise, les clés sont volées.',
      remedy: `npm run -s key:generate, ENCRYPTION_KEY dans .env, puis ${MIGRATE}`,
    },
    'foreign-key': {
      title: 'phone_numbers.org_id a sa clé étrangère',
      risk: 'Numéros orphelins si un utilisateur est supprimé.',
      remedy: `${MIGRATE} (met les orphelins de côté et ajoute fk_phone_numbers_org)`,
    },
    'user-tenant': {
      title: 'Qui travaille dans quel tenant est clair (solo et équipe)',
      risk: 'Des personnes sans tenant, et des tenants dont personne ne décide.',
      remedy: `${MIGRATE} ; un utilisateur sans tenant en reçoit un à la prochaine connexion ; un tenant sans propriétaire : INSERT INTO memberships`,
    },
  },
  findings: {
    policies: {
      title: 'Sécurité par ligne forcée, politiques conformes',
      risk: 'Un seul WHERE oublié montre tous les tenants.',
      remedy: `${MIGRATE} ; ALTER TABLE … ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`,
    },
    grants: {
      title: 'Chaque plan a les droits déclarés et aucun autre',
      risk: 'Un plan lit des colonnes qui ne le regardent pas, ou une route échoue.',
      remedy: `${MIGRATE} (accorde exactement src/kernel/database/planes.ts)`,
    },
    functions: {
      title: 'Les fonctions aux droits du propriétaire sont cloisonnées',
      risk: 'Un appelant glisse sa propre table sous une telle fonction.',
      remedy:
        'ALTER FUNCTION … SET search_path = pg_catalog, pg_temp ; OWNER TO ava_owner ; REVOKE ALL … FROM PUBLIC',
    },
    'function-bodies': {
      title: 'Les fonctions que les politiques interrogent sont celles des migrations',
      risk: 'Une fonction remplacée montre tous les tenants, et chaque politique paraît intacte.',
      remedy:
        'cherchez qui peut agir comme ava_owner ; rétablissez la fonction d’après migrations/, supprimez ce qui n’est pas à nous',
    },
    login: {
      title: 'Le compte du serveur n’a aucun pouvoir propre',
      risk: 'Les politiques ne retiennent pas qui peut les contourner.',
      remedy: `un compte à lui dans DATABASE_URL, le propriétaire dans DATABASE_ADMIN_URL, puis ${MIGRATE}`,
    },
    'column-type': {
      title: 'Les colonnes refusent le texte en clair',
      risk: 'Le prochain programme qui écrit peut stocker une clé en clair.',
      remedy: MIGRATE,
    },
    'sealing-keys': {
      title: 'Les clés stockées sont scellées avec l’ENCRYPTION_KEY actuelle',
      risk: 'Une clé retirée ouvre encore des valeurs, ou une clé perdue ne les ouvre plus.',
      remedy: 'npm run ava -- credentials:rotate, puis retirez l’ancienne clé d’ENCRYPTION_KEY',
    },
    'credential-age': {
      title: 'Les clés des fournisseurs ont moins d’un an',
      risk: 'Une vieille clé est passée par plus d’endroits qu’on ne s’en souvient.',
      remedy:
        'faites émettre de nouvelles clés par Vapi et Twilio ; POST /vapi-settings, POST /twilio-settings',
    },
    operators: {
      title: 'Peu d’opérateurs, tous vus récemment',
      risk: 'Un compte oublié voit tous les tenants.',
      remedy: 'npm run ava -- operator:revoke EMAIL',
    },
    backups: {
      title: 'Une sauvegarde a été restaurée et vérifiée',
      risk: 'Une sauvegarde jamais restaurée est un espoir.',
      remedy:
        'restaurez-en une dans une base vide (docs/backups.md), puis npm run ava -- backup:verify --restored URL',
    },
    orphans: {
      title: 'Pas d’orphelins',
      risk: 'Des lignes qui ne sont à personne ne sont montrées à personne et jamais supprimées.',
      remedy:
        'DELETE ou réattribuez-les ; ALTER TABLE … ENABLE TRIGGER ALL si des triggers sont désactivés',
    },
    'users-without-tenant': {
      title: 'Tout le monde a un tenant',
      risk: 'Jusqu’à sa prochaine connexion, un tel compte ne peut rien faire.',
      remedy: 'une connexion donne un tenant (POST /auth/login)',
    },
    'tenants-without-owner': {
      title: 'Chaque tenant a un propriétaire',
      risk: 'Personne ne peut décider de ses données.',
      remedy: `INSERT INTO memberships (tenant_id, user_id, role) VALUES (…, …, 'owner'), ou DELETE FROM tenants`,
    },
    tls: {
      title: 'Le chemin vers la base est chiffré',
      risk: 'Qui écoute le réseau lit avec.',
      remedy: '?sslmode=verify-full dans DATABASE_URL et DATABASE_ADMIN_URL',
    },
    'open-pages': {
      title: 'Documentation et métriques ne sont pas publiques',
      risk: 'Des inconnus apprennent ce qu’il y a à attaquer.',
      remedy: 'DOCS=off en production',
    },
  },
  evidence: evidenceFr,
  powers: {
    'is a superuser': 'est superutilisateur',
    'may bypass row-level security': 'peut contourner la sécurité par ligne',
    'may make logins and join any role': 'peut créer des comptes et rejoindre tout rôle',
    'may read the whole database by replication': 'peut lire toute la base par réplication',
    'owns tables': 'possède des tables',
    'is a member of a role that policies do not hold':
      'est membre d’un rôle que les politiques ne retiennent pas',
    'may make tables in schema public': 'peut créer des tables dans le schéma public',
    'may make schemas': 'peut créer des schémas',
  },
  tests: {
    'user-isolation': 'Test 1 : isolation des utilisateurs. Alice essaie de lire la clé de Bob.',
    'tenant-isolation':
      'Test 2 : isolation des tenants. Le tenant 1 essaie de lire un appel du tenant 2.',
    'cascade-delete': 'Test 3 : suppression en cascade. Un tenant est supprimé.',
  },
  headings: {
    title: 'RÉSUMÉ SÉCURITÉ - Base de données Multi-Tenant',
    score: 'Score :',
    after: 'après « {title} »',
    good: 'CE QUI EST BON',
    missing: 'CE QUI MANQUE',
    hardening: 'DURCISSEMENT (sans points)',
    tables: 'TABLEAUX ET ISOLATION',
    tests: 'TESTS DE SÉCURITÉ',
    actions: 'ACTIONS',
    conclusion: 'CONCLUSION',
    risk: 'Risque :',
    remedy: 'Remède :',
    ready: 'Tout ce que demande le résumé est tenu.',
    notReady: 'Avant la production, faites les actions ci-dessus.',
    nothingMissing: 'Rien.',
    nothingToDo: 'Aucune.',
    holds: 'tenu dans cette base',
    fails: 'pas assuré dans cette base',
    table: '{name} : appartient à {whose} ; isolation : {how} ; supprimée avec : {parents}',
    ownRow: 'elle-même',
    policiesForced: 'sécurité par ligne, forcée',
    policiesOn: 'sécurité par ligne, non forcée',
    routesOnly: 'routes seules',
    nobody: 'rien',
  },
};
