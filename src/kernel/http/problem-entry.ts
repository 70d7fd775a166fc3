/** One error of the API: its HTTP status, what happened and what to do. */
export interface Entry {
  readonly status: number;
  readonly en: readonly [title: string, detail: string];
  readonly fr: readonly [title: string, detail: string];
}

export const entry = (status: number, en: Entry['en'], fr: Entry['fr']): Entry => ({
  status,
  en,
  fr,
});
