import { answer } from '../output.js';
import { placesOf } from '../places.js';
import { reportAllure, reportRebuild } from '../report.js';
import { pathLines } from '../reported-folder.js';
import { findFolder } from './find-batch.js';

/** Makes the projections and the Allure page of a batch and prints their paths. Throws BATCH_UNKNOWN and REPORT_FAILED. */
export async function report(id: string | undefined, { json }: { json: boolean | undefined }): Promise<void> {
  const folder = await findFolder(id, placesOf());
  const files = { ...(await reportRebuild(folder)), allure: await reportAllure(folder) };
  answer(json, files, () => pathLines(Object.values(files).flat()));
}
