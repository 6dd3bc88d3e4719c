// The name of the dataset of raw records, for whoever needs no more of the package than that.

export const rawDataset = 'm365.audit_raw';
