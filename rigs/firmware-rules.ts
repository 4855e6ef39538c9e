import { checkAdvisories } from '../firmware/validation/advisories.js';
import { contentsFindings, readContents } from '../firmware/validation/contents-check.js';
import { placeText, type Finding } from '../firmware/validation/finding.js';
import { frameworkOf } from '../firmware/validation/framework.js';
import { checkSignature } from '../firmware/validation/signature.js';
import { checkSize } from '../firmware/validation/validate-firmware.js';
import type { BoardPolicy } from './board-policy.js';
import type { CheckedFile } from './checked-file.js';
import type { LoadedRelease } from './fit-rules.js';
import type { LoadedImage } from './load-image.js';
import type { Problem } from './problem.js';
import type { BoardFile } from './rig-files.js';

/** What a release must keep to be put on a board at all: size limit, signatures, contents, framework. Warnings are no problems. */
export function checkFirmware(
  release: LoadedRelease,
  board: CheckedFile<BoardFile>,
  policy: BoardPolicy,
): Problem[] {
  const { maxBytes, advisories } = policy;
  return [
    ...release.images.flatMap((image) =>
      atImage(release, image, 'file', [
        ...checkSize(image.bytes, maxBytes),
        ...advisoriesAgainst(image, advisories),
      ]),
    ),
    ...signatureProblems(release, board, policy),
    ...frameworkProblems(release, policy),
    ...contentsProblems(release),
  ];
}

function advisoriesAgainst({ bytes }: LoadedImage, advisories: BoardPolicy['advisories']): Finding[] {
  if (advisories.length === 0) return [];
  const framework = frameworkOf(bytes);
  return framework === undefined ? [] : checkAdvisories(framework, advisories);
}

function signatureProblems(
  release: LoadedRelease,
  board: CheckedFile<BoardFile>,
  { requireSignature, trustedKey }: BoardPolicy,
): Problem[] {
  const { file, images } = release;
  const byRelease = file.values.requireSignature === true;
  if (byRelease && trustedKey === undefined) {
    // A key that could not be read is a problem of the board file already.
    if (board.values.firmware?.trustedKey !== undefined) return [];
    const what = `is true, but board ${board.name} has no key to prove a signature with; name it in the board file as firmware.trustedKey`;
    return [file.problemAt(['requireSignature'], what)];
  }
  if (trustedKey === undefined) return [];
  const required = byRelease || requireSignature;
  return images.flatMap((image) => {
    const { bytes, signature } = image;
    // A signature file that could not be read is a problem of its own.
    if (signature === undefined && file.isWritten(['images', image.index, 'signature'])) return [];
    const rule = { ...(signature && { signature }), trustedKey, required };
    return atImage(release, image, 'signature', checkSignature(bytes, rule));
  });
}

function frameworkProblems({ file }: LoadedRelease, { advisories }: BoardPolicy): Problem[] {
  const { name, version } = file.values.framework ?? {};
  if (name === undefined || version === undefined) return [];
  return checkAdvisories({ name, version }, advisories)
    .filter(({ severity }) => severity === 'error')
    .map(({ what }) => file.problemAt(['framework', 'version'], what));
}

const scanned = new WeakMap<LoadedRelease, Problem[]>();

/** The same for every board, and not cheap: done once. */
function contentsProblems(release: LoadedRelease): Problem[] {
  const now = new Date();
  const problems =
    scanned.get(release) ??
    release.images.flatMap((image) =>
      atImage(release, image, 'file', contentsFindings(readContents(image.bytes, now), now)),
    );
  scanned.set(release, problems);
  return problems;
}

function atImage(
  { file }: LoadedRelease,
  { index, name }: LoadedImage,
  key: 'file' | 'signature',
  findings: readonly Finding[],
): Problem[] {
  return findings
    .filter(({ severity }) => severity === 'error')
    .map((finding) =>
      file.problemAt(['images', index, key], `${name}: ${placeText(finding)}${finding.what}`),
    );
}
