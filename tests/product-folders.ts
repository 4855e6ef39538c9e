/** The folders of the product, without `specs/`, which every rig has of its own. */
export const productFolders = [
  'batch',
  'bench',
  'cli',
  'core',
  'drivers',
  'firmware',
  'fixtures',
  'gpio',
  'reports',
  'rigs',
] as const;
