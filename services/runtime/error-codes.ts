/**
 * The closed list of error codes: what the runtime does with the record, what each code means, and
 * what a person can do. `schemas/reference/errors.md` is generated from it.
 */

export type Disposition =
  /** Expected: counted and stored with its reason. */
  | 'drop'
  /** Permanently bad: dead letter. */
  | 'reject'
  /** May pass later: bounded retries with backoff, then dead letter. */
  | 'retry'
  /**
   * The run cannot continue (disk full, a lock, bad configuration): it stops with exit code 2, and
   * the record stays.
   */
  | 'fatal';

export interface ErrorFacts<Ending extends Disposition = Disposition> {
  readonly disposition: Ending;
  readonly meaning: string;
  /** What a person does about it. */
  readonly remedy: string;
}

const ending =
  <Ending extends Disposition>(disposition: Ending) =>
  (meaning: string, remedy: string): ErrorFacts<Ending> => ({ disposition, meaning, remedy });
const drop = ending('drop');
const reject = ending('reject');
const retry = ending('retry');
const fatal = ending('fatal');

/** Errors in what the user named or set; the user can fix these. */
const inputCodes = {
  USAGE: fatal(
    'A command or an option is unknown or malformed.',
    'Read the message and `backstory --help`.',
  ),
  CONFIG_INVALID: fatal(
    'A knob has an invalid value, or lacks a value that it needs.',
    'Fix the knobs that the message names; `backstory config --describe` explains them.',
  ),
  SOURCE_MISSING: fatal(
    'A source or a list of sources does not exist.',
    'Check its path, which is relative to the working folder.',
  ),
  SOURCE_UNREADABLE: drop(
    'A source exists but cannot be read as a repository.',
    'Check its permissions and its format: a folder, .tar, .tar.gz, .tgz or .zip.',
  ),
  SOURCE_EMPTY: drop(
    'A folder holds no files, or all of them are ignored; or a repository has no commit.',
    'Check its .gitignore, or name another folder.',
  ),
  SOURCE_GONE: drop(
    'The code host has no such repository, branch, tag or commit, or shows it to nobody (any more).',
    'Check its name; for a private one set BACKSTORY_GITHUB_TOKEN to a token that may read it.',
  ),
  SOURCE_FAILED: drop(
    'The code host failed again and again for this repository, while it answered for others.',
    'Bring it in again another day, as a source of another data set.',
  ),
  LISTING_CAPPED: drop(
    'A search has repositories that the code host counts and does not show, or not in a usable form.',
    'Narrow the search by other words or qualifiers, or name the repositories.',
  ),
  ARCHIVE_CORRUPT: drop(
    'An archive cannot be unpacked.',
    'Fetch it again; if it unpacks elsewhere, its format may not be what its name says.',
  ),
  ARCHIVE_TOO_LARGE: drop(
    'An archive is larger than its limit, packed or unpacked.',
    'Raise `admit.archiveBytesMax`, `admit.expandedBytesMax` or `admit.expansionRatioMax`.',
  ),
  REPOSITORY_TOO_LARGE: drop(
    'More files or bytes passed the gates than one repository may have.',
    'Raise `admit.repositoryFilesMax` or `admit.repositoryBytesMax`.',
  ),
  NO_ADMISSIBLE_FILES: drop(
    'No file of the repository passed the gates.',
    'The detail counts the files by reason; change the knobs of `admit` if a reason is wrong.',
  ),
  LICENCE_REFUSED: drop(
    'The licence of the repository is not among those that `admit.licences` allows.',
    'Leave it out, or allow its licence if you may use it.',
  ),
  SECRETS_REFUSED: drop(
    'A file holds a secret, and `admit.secrets` says to refuse the repository.',
    'Remove the secret from the source, or set `admit.secrets` to redact.',
  ),
  OPTED_OUT: drop(
    'A list of opt-outs names the repository.',
    'Leave it out; if the rule is a mistake, the detail names it.',
  ),
  FILE_FAILED: drop(
    'A file of the repository could not be processed, so the repository is incomplete.',
    'The detail names the file and the reason; fix that, then bring the source in again.',
  ),
  DUPLICATE_REPOSITORY: drop(
    'The same files came earlier in the input, in any form and under any name.',
    'Nothing; the first one stands for both.',
  ),
  NEAR_DUPLICATE_REPOSITORY: drop(
    'Nearly the same files came earlier in the input; the detail names that repository.',
    'Nothing; the first one stands for both. Else raise `discover.nearDuplicatesMin`.',
  ),
};

const machineCodes = {
  DISK_FULL: fatal(
    'No space is left where the program writes.',
    'Free some space and run the same command again; finished work is kept.',
  ),
  DATABASE_DAMAGED: fatal(
    'A database of the output is damaged: its log, its memo, what was spent, or a batch.',
    'Restore it from a copy, or move it away: without its memo a run asks the teacher again, and without its log only what is in shards is known.',
  ),
  OUTPUT_LOCKED: fatal(
    'Another process is working in the output.',
    'Wait for it, or choose another output.',
  ),
  OUTPUT_CLOSED: reject(
    'A repository that was tried again came back after its bounded data set was closed.',
    'Bring it into a new data set: a closed one never changes.',
  ),
  OUTPUT_MISMATCH: fatal(
    'The output holds a run with another input, configuration or version of a stage.',
    'Choose another `--out`, or repeat the first command to resume that run.',
  ),
  OUTPUT_MISSING: fatal(
    'The path holds no output or no run.',
    'Check the path; `backstory run` makes an output.',
  ),
  OUTPUT_UNWRITABLE: fatal(
    'A folder or file cannot be written.',
    'Check its permissions, or choose another place.',
  ),
  OUTPUT_UNREADABLE: fatal(
    'A file of an output may not be read.',
    'Ask its owner for the right to read it; nothing needs to be written there.',
  ),
  TOOL_MISSING: fatal(
    'A program that is needed is not installed.',
    'Install what the message names; `backstory doctor` lists everything that is missing.',
  ),
  CLOCK_SKEWED: fatal(
    'The clocks of this machine and of a server are further apart than the server allows.',
    'Set the one that is wrong, best by NTP, and start again.',
  ),
  CLUSTER_FAILED: fatal(
    'A server of the local cluster did not start, or has ended.',
    'Read its log in .cluster/, which the message names, and start it again.',
  ),
};

/** Data at rest that does not match its hash or schema. */
const dataCodes = {
  BLOB_MISSING: reject(
    'A blob that a record names is not in the store.',
    'Check that all processes share one store; bring the repository in again.',
  ),
  BLOB_CORRUPT: reject(
    'The bytes of a blob do not match its hash.',
    'Delete the blob that the message names and run again; check the disk.',
  ),
  BLOB_UNREADABLE: reject(
    'The store has a blob and does not give it out, while it gives out others.',
    'Mend the rights of the blob, or its disk; bring the repository in again.',
  ),
  RECORD_INVALID: reject(
    'A record cannot be decoded, or does not match the schema of its topic.',
    'Find out which other program writes to the topic; `backstory dlq show` has the record.',
  ),
  MANIFEST_CORRUPT: fatal(
    'An entry of the manifest is damaged or missing.',
    'Restore it from a copy, or start a new output.',
  ),
  SHARD_CORRUPT: fatal(
    'A shard or one of its companion files does not match its hash.',
    'Restore it from a copy, or make the output again; `backstory verify` tells more.',
  ),
  VERIFY_FAILED: fatal(
    'The tokens of a shard are not what the manifest promises.',
    'Do not train on it: make the output again, and report it if that fails too.',
  ),
};

const serverCodes = {
  BROKER_UNAVAILABLE: fatal(
    'Kafka does not answer.',
    'Check that it runs and that `kafka.brokers` names it, then start again: the work goes on at its commits.',
  ),
  BROKER_REFUSED: fatal(
    'Kafka answers, but refuses the request.',
    'Check the rights of the account and the section `kafka`.',
  ),
  CONSUMER_STALLED: fatal(
    'The consumer of a group showed no activity, or received nothing, for a long time.',
    'Start the process again: it goes on at its commits.',
  ),
  LOG_TRUNCATED: fatal(
    'Records are gone from a topic before their stage has read them, or that it had read.',
    'Find out who deleted them; `backstory topics apply` mends retention. Bring their sources into a new data set.',
  ),
  RECORD_TOO_LARGE: reject(
    'A record or a batch is larger than the broker accepts.',
    'Set `kafka.batchBytesMax` below its message.max.bytes.',
  ),
  REGISTRY_UNAVAILABLE: retry(
    'The schema registry does not answer.',
    'Check `schemaRegistry.url` and that it runs.',
  ),
  SCHEMA_MISSING: fatal(
    'The registry does not have a schema that this program writes.',
    'Run `backstory topics apply` for the data set.',
  ),
  SCHEMA_INCOMPATIBLE: fatal(
    'The schemas of the registry and of this program are incompatible.',
    'Update the older one, or use a new data set.',
  ),
  STORE_UNAVAILABLE: fatal(
    'The bucket does not answer, or the folder of the output is gone.',
    'Start again when it does: the work goes on; `storage.patienceMs` says how long to wait.',
  ),
  STORE_UNSUITABLE: fatal(
    'The bucket refuses requests, or lacks the guarantees that a commit needs.',
    'Check its name, `storage.endpoint`, `storage.region` and the credentials.',
  ),
};

/** Where repositories come from. */
const hostCodes = {
  HOST_UNAVAILABLE: fatal(
    'The code host does not answer, fails for all repositories, or has no quota left for long.',
    'Run the same command again when it does: what is listed and fetched is kept. More tokens have more quota.',
  ),
  HOST_REFUSED: fatal(
    'The code host refuses every token, or the search; or the address is no API of GitHub.',
    'Mend BACKSTORY_GITHUB_TOKEN, the query, or `discover.githubUrl`, and run the same command again.',
  ),
};

const modelCodes = {
  TEACHER_UNAVAILABLE: retry(
    'The teacher does not answer, or fails again and again.',
    'Check `teacher.baseUrl`, and that the server runs and has room for the requests.',
  ),
  TEACHER_ANSWER_INVALID: reject(
    'The answer of the teacher is empty, too long, or not in the requested format, also after repair.',
    'Use a model that keeps to the format, or raise the limit that the message names.',
  ),
  TEACHER_UNGROUNDED: reject(
    'The answer of the teacher fails a check, also after it was told why: see `services/teacher/checks`.',
    'Use a better model, raise `teacher.mendingsMax`, or set `teacher.checks` to off.',
  ),
  TEACHER_REFUSED: reject(
    'The server refuses this request for good.',
    'Read the reason beside the file; if the request is too long, reduce its context.',
  ),
  TEACHER_BUDGET: fatal(
    'The budget of calls or money is spent, or the account has no credit.',
    'Raise `teacher.callsMax`, `teacher.dollarsMax` or `teacher.dollarsPerDayMax`, and run again: answers are remembered.',
  ),
  TEACHER_REPOSITORY_BUDGET: retry(
    'The dollars for one repository are spent; the others go on.',
    'Raise `teacher.dollarsPerRepositoryMax` and run again: answers are remembered.',
  ),
  TEACHER_DOWN: fatal(
    'No endpoint of the teacher takes calls: they only fail or refuse, or ask to come back later.',
    'Run the same command again when it does; `teacher.patienceMs` and `teacher.serverWaitMsMax` say how long to wait.',
  ),
  ANSWER_PENDING: retry(
    'The answer is asked for in a batch, and is not there yet.',
    'Run `backstory batch send` and `collect`, then gather again.',
  ),
  MEMO_MISS: fatal(
    'The memo lacks an answer, and `runtime.memo` is `only`.',
    'Use the configuration of the run that filled the memo, or `--memo use`.',
  ),
  SCORER_UNAVAILABLE: retry(
    'The scorer does not answer in time, or its answer is malformed.',
    'Check `scorer.url` and that the server runs, or for llama `scorer.file` and its memory.',
  ),
  SCORER_REFUSED: reject(
    'The scorer works, but gives no usable bits for this file.',
    'Read the reason beside the file; if its text is too long, lower `search.contextBytesMax` or `search.targetBytesMax`.',
  ),
  SCORER_UNSUITABLE: fatal(
    'The model cannot score: it returns no probabilities for the prompt, or refuses.',
    'Use a server that answers completions with echo and logprobs for the whole prompt, or another file.',
  ),
  TOKENIZER_UNSUPPORTED: fatal(
    'The tokenizer cannot be read, or cannot do what the knobs ask for.',
    'Name a tokenizer.json in `sink.tokenizer`, or change the knob that the message names.',
  ),
  TOKENIZER_CRASHED: fatal(
    'A thread of the tokenizer ended.',
    'Run the same command again, with fewer `sink.tokenizerThreads` if memory is short.',
  ),
  PARSER_CRASHED: retry(
    'Parser processes crash as soon as they start.',
    'Run `backstory doctor`, which probes each parser, and check the free memory.',
  ),
};

const runtimeCodes = {
  INTERRUPTED: fatal(
    'The process was asked to stop.',
    'Run the same command to resume; finished work is kept.',
  ),
  DEAD_LETTER_LIMIT: fatal(
    'More records became dead letters than `runtime.deadLettersMax`.',
    'Fix the cause of the last ones and run again.',
  ),
  STAGE_POISONED: reject(
    'A record crashed its stage again and again: a bug in the program.',
    'Report it with the dead letter, which holds the record and the error.',
  ),
};

export const errorCodes = {
  ...inputCodes,
  ...machineCodes,
  ...dataCodes,
  ...serverCodes,
  ...hostCodes,
  ...modelCodes,
  ...runtimeCodes,
};

export type ErrorCode = keyof typeof errorCodes;

/** Codes with which a repository ends as an expected, counted drop. */
export type DropCode = {
  [Code in ErrorCode]: (typeof errorCodes)[Code]['disposition'] extends 'drop' ? Code : never;
}[ErrorCode];
