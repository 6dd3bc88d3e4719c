// The access of the ledger's parts to the one database that they share.

export interface Access {
  /** Looks at the database outside of any transaction, and explains what fails. */
  read<T>(look: () => T): Promise<T>;
  /** See Transactions. */
  write<T>(work: () => T, explain?: (error: unknown) => unknown): Promise<T>;
}
