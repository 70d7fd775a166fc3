/** A mail in the form in which it travels. */
export interface Parcel {
  readonly from: string;
  readonly to: string;
  readonly bytes: Buffer;
  /** For the name of a file: tells which mail it is, and nothing of its reader. */
  readonly name: string;
}

/** Takes a mail off our hands. Throws `DeliveryFailure` or, when nobody can say what became of it, anything else. */
export interface Delivery {
  deliver(parcel: Parcel): Promise<void>;
}

export const DELIVERY = Symbol('Delivery');

/** The mail did not go out. Its code holds nothing of the server's answer, which repeats the address. */
export class DeliveryFailure extends Error {
  override readonly name = 'DeliveryFailure';

  constructor(
    readonly code: `mail.${string}`,
    /** The address, or this mail, will be refused next time as well. */
    readonly forGood = false,
  ) {
    super(code);
  }
}
