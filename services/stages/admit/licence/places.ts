/** Where licences stand: which files of a repository hold or state one, told by their paths. */
import { isShortLined } from '../line-lengths.ts';

const licenceName = /^(?:un)?(?:licen[cs]es?|copying|ofl)(?:[._-].*)?$/i;
const attributionName =
  /^(?:notice|copyright|third[-_]?party[-_]?(?:notices?|licenses?))(?:[._-].*)?$/i;
const licenceFolder = /^LICENSES\/[^/]+$/;

/** Folders whose licence files are test data, or belong to examples rather than to the work. */
const besideTheWork = /(?:^|\/)(?:tests?|__tests__|testdata|fixtures?|spec|examples?|docs?)\//i;

/** Metadata of a built Python package; other metadata lies at the root. */
const pythonMetadata = /^[^/]+\.(?:dist|egg)-info\/(?:METADATA|PKG-INFO)$/;

/** Files whose names and addresses are owed to their authors and stay as they are. */
export function isAttributionFile(path: string): boolean {
  return isLicenceFile(path) || attributionName.test(nameOf(path));
}

/** A licence text that holds for the work or a part of it. */
export function isLicenceText(path: string): boolean {
  return isLicenceFile(path) && !besideTheWork.test(path);
}

/** The licence of the whole, as opposed to one kept for a part: at the root, and plainly named. */
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
