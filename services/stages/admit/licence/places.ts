/** Tells from a file's path whether the file holds or states a licence. */
import { isShortLined } from '../line-lengths.ts';

const licenceName = /^(?:un)?(?:licen[cs]es?|copying|ofl)(?:[._-].*)?$/i;
const attributionName =
  /^(?:notice|copyright|third[-_]?party[-_]?(?:notices?|licenses?))(?:[._-].*)?$/i;
const licenceFolder = /^LICENSES\/[^/]+$/;

/** Licence files in these folders are test data or belong to examples, not to the work itself. */
const besideTheWork = /(?:^|\/)(?:tests?|__tests__|testdata|fixtures?|spec|examples?|docs?)\//i;

/** Metadata of a built Python package; all other metadata counts only at the root. */
const pythonMetadata = /^[^/]+\.(?:dist|egg)-info\/(?:METADATA|PKG-INFO)$/;

/** Files that attribute authors: their names and addresses must stay. */
export function isAttributionFile(path: string): boolean {
  return isLicenceFile(path) || attributionName.test(nameOf(path));
}

/** Whether the file is a licence text for the work or for a part of it. */
export function isLicenceText(path: string): boolean {
  return isLicenceFile(path) && !besideTheWork.test(path);
}

/** Whether the file licenses the whole work, not a part: it lies at the root under a plain name. */
export function isMainLicence(path: string): boolean {
  return /^(?:licen[cs]e|copying)(?:\.(?:md|txt|rst|adoc))?$/i.test(path);
}

export function isMetadata(path: string): boolean {
  return !path.includes('/') || pythonMetadata.test(path);
}

function isLicenceFile(path: string): boolean {
  const name = nameOf(path);
  if (isShortLined(name) || /\.(?:json|xml)$/i.test(name)) return false;
  return licenceName.test(name) || licenceFolder.test(path);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
