/** What is read of a database and of the code, before anything is made of it. Holds no row of anybody: shapes and counts. */
export interface Facts {
  readonly catalogue: CatalogueFacts;
  /** null when the login may not see every row: what cannot be counted is not taken for good. */
  readonly counts: Counts | null;
  readonly routes: RouteFacts;
  readonly deployment: DeploymentFacts;
}

export interface CatalogueFacts {
  /** Whether the migration that brings row-level security has been here: from then on isolation rests on it. */
  readonly planesExpected: boolean;
  readonly tables: readonly TableFacts[];
  /** The tables of the job queue, each with its schema before its name. */
  readonly queue: readonly QueueTableFacts[];
  readonly keys: readonly KeyFacts[];
  readonly policies: readonly PolicyFacts[];
  readonly grants: readonly Grant[];
  /** Functions that look beyond their caller and are not fenced in as they must be. */
  readonly looseFunctions: readonly string[];
  /** Functions of schema `ava`, and those that a trigger calls → a hash of all that they are. */
  readonly functionHashes: Readonly<Record<string, string>>;
  readonly login: LoginFacts;
  readonly connection: { readonly tls: boolean | null; readonly local: boolean };
}

export interface TableFacts {
  readonly name: string;
  readonly enabled: boolean;
  readonly forced: boolean;
  /** Whether the login of the audit sees every row. */
  readonly visible: boolean;
  readonly columns: readonly ColumnFacts[];
}

export interface QueueTableFacts extends Pick<TableFacts, 'name' | 'enabled' | 'forced'> {
  readonly columns: readonly Pick<ColumnFacts, 'name'>[];
  /** Whether every policy but the owner's asks for the server's proof. */
  readonly guarded: boolean;
}

interface ColumnFacts {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
}

/** A primary, unique or foreign key. */
export interface KeyFacts {
  readonly table: string;
  readonly name: string;
  readonly kind: 'p' | 'u' | 'f';
  readonly columns: readonly string[];
  readonly references: string | null;
  readonly cascades: boolean;
  readonly definition: string;
  /** Validated for all rows, and its triggers are on: otherwise it is there and holds nothing. */
  readonly holds: boolean;
}

export interface PolicyFacts {
  readonly table: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly permissive: boolean;
  readonly reads: string | null;
  readonly writes: string | null;
}

/** One right: `calls.transcript select`, or `calls delete`. */
export interface Grant {
  readonly role: string;
  readonly right: string;
}

interface LoginFacts {
  /** null when it is not known what the server logs in as. */
  readonly name: string | null;
  readonly exists: boolean;
  readonly powers: readonly string[];
}

export interface Counts {
  readonly users: number;
  readonly tenants: number;
  readonly credentials: readonly {
    readonly column: string;
    readonly stored: number;
    /** Sealed for their row and column. */
    readonly sealed: number;
    /** Tokens of Python's Fernet as they are: encrypted, and bound to nothing. */
    readonly fernet: number;
  }[];
  readonly sealing_keys: readonly {
    readonly id: string;
    readonly values: number;
    readonly oldest: string;
    readonly newest: string;
  }[];
  readonly credentials_old: number;
  readonly credentials_of_unknown_age: number;
  readonly orphans: Readonly<Record<string, number>>;
  /** null while there are no memberships. */
  readonly users_without_tenant: number | null;
  readonly tenants_without_owner: number | null;
  readonly operators: number | null;
  readonly operators_idle: number | null;
  readonly backup_verified: string | null;
}

export interface RouteFacts {
  /** Whether the guard that asks for a token stands before every route, and the one for roles behind it. */
  readonly closedByDefault: boolean;
  readonly rolesChecked: boolean;
  readonly routes: readonly Route[];
}

export interface Route {
  readonly method: string;
  readonly path: string;
  readonly token: boolean;
  readonly guards: readonly string[];
  /** The permission it asks for, `own` or `operator`; null when it says nothing. */
  readonly permission: string | null;
  readonly role: string | null;
}

export interface DeploymentFacts {
  /** Whether /docs and /openapi.json are served. */
  readonly docs: boolean;
  /** The key that seals today; null when none is configured. */
  readonly currentKeyId: string | null;
}
