// The order of the folders, top to bottom: a folder imports from itself and from those below it, never up.
const order = [
  ['specs'],
  ['fixtures'],
  ['cli', 'service'],
  ['batch'],
  ['reports'],
  ['registry'],
  ['rigs'],
  ['drivers'],
  ['firmware'],
  ['gpio'],
  ['core'],
];
const benchMayImport = ['bench', 'core', 'firmware', 'rigs'];
const folders = [...order.flat(), 'bench', 'tests'];

/** Folders that the files of `folder` may not import from. `tests` may import everything. */
export function forbiddenFor(folder) {
  if (folder === 'tests') return [];
  if (folder === 'bench') return folders.filter((name) => !benchMayImport.includes(name));
  const rank = order.findIndex((level) => level.includes(folder));
  return folders.filter((name) => {
    if (name === folder) return false;
    const other = order.findIndex((level) => level.includes(name));
    return other === -1 || other <= rank;
  });
}

/** One ESLint block a folder, so that the editor shows a forbidden import where it is written. */
export const importRules = folders
  .filter((folder) => folder !== 'tests')
  .map((folder) => ({
    files: [`${folder}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: forbiddenFor(folder).map((name) => ({
            regex: `^(\\.\\./)+${name}/`,
            message: `${folder}/ may not import ${name}/ (see DESIGN: folders, top to bottom).`,
          })),
        },
      ],
    },
  }));
