/** Knobs of `discover`: which sources are read, and how large one may be. */
import { z } from 'zod';
import { input, operational, ownersOnly } from '../../runtime/config/knobs.ts';

const mebibyte = 1024 * 1024;
const count = z.number().int().positive();

export const discoverKnobs = z.object({
  sources: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'What to read, in order: folders, archives (.tar .tar.gz .tgz .crate .zip .jar .whl), github:OWNER/NAME[@REF], github-search:QUERY, gharchive:FOLDER with hour files of GH Archive, gitlab:GROUP/NAME[@REF], addresses of git (https://HOST/PATH[#REF], ssh, USER@HOST:PATH), or @FILE with one source per line. Empty by default: the command line names them.',
    )
    .meta({ ...input, ...ownersOnly, example: '[./folder,package.tgz]' }),
  limit: count
    .nullable()
    .default(null)
    .describe('Most sources to read, from the start of the list; null reads all.')
    .meta(input),
  ignore: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Further patterns, in .gitignore form, of files that are not packed from a folder, tracked or not. None by default: in a checkout .gitignore files apply anyway.',
    ),
  archiveBytesMax: count
    .max(2 * 1024 * mebibyte - 1)
    .default(1024 * mebibyte)
    .describe(
      'Bytes of an archive, or of a packed folder; above it the source is reported as unreadable. It is held in memory once.',
    ),
  fileBytesMax: count
    .default(16 * mebibyte)
    .describe(
      'Bytes of a file in a folder; a larger one is listed without its bytes and later reported as too large. Far above admit.fileBytesMax, which decides what is admitted.',
    ),
  entriesMax: count
    .default(200_000)
    .describe('Files of a folder; above it the source is reported as unreadable.'),
  scanBytesMax: count
    .default(1024 * mebibyte)
    .describe(
      'Bytes of an archive’s content that are read to find a tar’s newest file, whose time becomes the event time, and to recognise equal content; a longer one is a duplicate only of equal bytes.',
    ),
  nearDuplicates: z
    .enum(['off', 'file', 'repository'])
    .default('off')
    .describe(
      'What is left out because something similar came earlier in the input, be it not the same: file leaves out files, repository drops repositories as a whole, off compares nothing. Off by default: it takes memory for every file ever seen, and single files are missing in what refers to them.',
    ),
  nearDuplicatesMin: z
    .number()
    .min(0.5)
    .max(0.99)
    .default(0.7)
    .describe(
      'Share of the runs of five words, of those in either, that both must have to be similar. 0.7, as in The Stack.',
    ),
  nearDuplicatesMax: count
    .max(2 ** 31)
    .default(2_000_000)
    .describe(
      'Entries that are kept in memory for comparison, files or repositories; later ones are compared with these only, and a warning says so. 460 to 640 MB per million.',
    ),
  listSourcesMax: count
    .default(1_000_000)
    .describe(
      'Lines of a list; a longer list is an error before anything starts. Finding duplicates takes 96 MB per million.',
    ),
  gitTimeoutMs: count
    .default(5_000)
    .describe(
      'Milliseconds that git may take to find the commit of a folder; after that the commit is unknown.',
    ),
  githubUrl: z
    .string()
    .min(1)
    .default('https://api.github.com')
    .describe(
      'Address of the REST API that github: and github-search: mean; of GitHub Enterprise https://HOST/api/v3. Tokens go nowhere else.',
    )
    .meta({ ...input, ...ownersOnly }),
  followHours: z
    .number()
    .positive()
    .max(8_760)
    .nullable()
    .default(null)
    .describe(
      'Hours after which a live data set asks again for new commits of named repositories, and for repositories created since the last search; null never does. A bounded run reads each once.',
    )
    .meta(operational),
  fetchesMax: count
    .max(64)
    .default(4)
    .describe(
      'Repositories fetched from the code host at once; each may hold archiveBytesMax in memory. GitHub advises few.',
    )
    .meta(operational),
  snapshotTimeoutMs: count
    .max(86_400_000)
    .default(600_000)
    .describe('Milliseconds that the archive of a hosted repository may take, tries included.')
    .meta(operational),
  hostRequestsPerMinute: count
    .max(1_000_000)
    .default(900)
    .describe(
      'Requests that one token may send in a minute; 900 is where GitHub’s secondary limit lies.',
    )
    .meta(operational),
  hostWaitMsMax: count
    .max(86_400_000)
    .default(7_200_000)
    .describe(
      'The longest wait for quota, in milliseconds, before the process stops; a quota of GitHub is whole again after an hour at most.',
    )
    .meta(operational),
  hostPatienceMs: count
    .max(86_400_000)
    .default(600_000)
    .describe(
      'How long the code host may fail before the process stops, in milliseconds; 10 min, as for other servers.',
    )
    .meta(operational),
});

export type DiscoverKnobs = z.infer<typeof discoverKnobs>;
