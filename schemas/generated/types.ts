/** Generated from schemas/ by `npm run generate`. Do not edit. */

/** What every record carries, whatever its topic. */
export interface Envelope {
  /** Content-derived id: hash(parent id, stage, stage version, ordinal). */
  readonly id: string;
  /** Id of the record this one was made from; empty for a source. */
  readonly parentId: string;
  /** Id of the repository; also the record key. */
  readonly repositoryId: string;
  /** Name of the data set. */
  readonly dataset: string;
  /** Stage that wrote the record. */
  readonly stage: string;
  /** Version of that stage; a change of its output bytes raises it. */
  readonly stageVersion: number;
  /** Seed of the run. */
  readonly seed: number;
  /** Event time in milliseconds since 1970, taken from the input, never from the clock; 0 when the input has none. */
  readonly eventTimeMs: number;
  /** Position of the repository in repo-found; orders a bounded run. */
  readonly sourceSequence: number;
  /** How often the record, or one that it descends from, was a dead letter and was tried again; 0 normally. */
  readonly attempt: number;
}

/** A claim check: the address of bytes in the content-addressed blob store. */
export interface BlobReference {
  /** Lower-case hexadecimal SHA-256 of the bytes. */
  readonly sha256: string;
  /** Length in bytes. */
  readonly bytes: number;
}

export type ArchiveFormat = 'tar' | 'tgz' | 'zip';

/** What a code host tells of a repository; its name may change, its id does not. */
export interface HostedRepository {
  /** The host, e.g. github.com. */
  readonly host: string;
  /** The host's own id of the repository. */
  readonly id: string;
  /** Owner and name, as the host gave them at that time; the address of what git read. */
  readonly name: string;
  /** The host's own answer, an SPDX identifier or NOASSERTION; null where it knows none. */
  readonly licence: null | string;
  /** Whether the host knows it as a fork. */
  readonly fork: boolean;
}

/** A repository that came earlier in the input, and where its source lies. */
export interface EarlierRepository {
  /** Short name. */
  readonly name: string;
  /** Source as named by the user, without machine paths. */
  readonly origin: string;
  /** Its source. */
  readonly archive: BlobReference;
  /** How the archive is packed. */
  readonly format: ArchiveFormat;
  /** What the code host tells of it; null for what did not come from one, and in older records. */
  readonly hosted: null | HostedRepository;
}

/** What an earlier source has that is similar. */
export interface SimilarContent {
  /** Its place among the earlier repositories of the record. */
  readonly repository: number;
  /** Hash of the similar file, before redaction; of the archive where whole repositories are compared. */
  readonly sha256: string;
  /** Estimated Jaccard similarity of the shingles, from 0 to 1. */
  readonly similarity: number;
}

/** A file of the source, or all of them, with what was similar earlier. */
export interface NearDuplicate {
  /** Hash of the file, before redaction; of the archive where whole repositories are compared. */
  readonly sha256: string;
  /** In the order of the input; the first few. */
  readonly earlier: readonly SimilarContent[];
}

/** How the source compares with the earlier ones of the input. */
export interface NearDuplicates {
  /** What was compared: file or repository. */
  readonly level: string;
  /** Hash and signature of each text, for comparison with later sources; null if there is none. */
  readonly sketches: null | BlobReference;
  /** The earlier repositories that have something similar. */
  readonly repositories: readonly EarlierRepository[];
  /** What is similar. */
  readonly similar: readonly NearDuplicate[];
}

/** A repository was found and its source stored. Key: repository id. */
export interface RepoFoundBody {
  /** Short name. */
  readonly name: string;
  /** Source as named by the user, without machine paths. */
  readonly origin: string;
  /** Commit hash where the source has one. */
  readonly commit: null | string;
  /** The source: an archive as received, or a folder packed deterministically. */
  readonly archive: BlobReference;
  /** How the archive is packed. */
  readonly format: ArchiveFormat;
  /** Digest of the files, equal in all forms of one tree; null where it is unknown. */
  readonly treeSha256: null | string;
  /** What the code host tells of it; null for what did not come from one. */
  readonly hosted: null | HostedRepository;
  /** What is similar to earlier sources; null where nothing was compared. */
  readonly near: null | NearDuplicates;
}

/** A repository was found and its source stored. Key: repository id. */
export interface RepoFound {
  /** Identity and origin. */
  readonly envelope: Envelope;
  /** The content; null when it is larger than 32 KiB and lies in the blob store. */
  readonly body: null | RepoFoundBody;
  /** Where the Avro-encoded body lies when it is not inline. */
  readonly bodyReference: null | BlobReference;
}

/** One place that states a licence. */
export interface LicenceEvidence {
  /** File that states it, or the address of the code host that answered so. */
  readonly path: string;
  /** SPDX identifier. */
  readonly identifier: string;
  /** Similarity or certainty from 0 to 1. */
  readonly score: number;
}

/** What the repository may be used under. */
export interface Licence {
  /** SPDX expression, or unknown. */
  readonly expression: string;
  /** Where it was found. */
  readonly evidence: readonly LicenceEvidence[];
}

/** A file of the admitted repository and where its bytes lie in the content blob. */
export interface AdmittedFile {
  /** Path in the repository, with forward slashes; valid UTF-8, relative, no dot segments. */
  readonly path: string;
  /** First byte in the content blob. */
  readonly offset: number;
  /** Length in bytes. */
  readonly bytes: number;
  /** SHA-256 of the file as admitted (after redaction). */
  readonly sha256: string;
  /** Secrets and personal data replaced in the file. */
  readonly redactions: number;
  /** The same by kind: secret, email, address or address6; older records have none. */
  readonly redacted: { readonly [key: string]: number };
  /** What gates point out and leave in place: how often, by GATE/KIND; older records have none. */
  readonly marked: { readonly [key: string]: number };
}

/** A file of the repository that was not admitted. */
export interface SkippedFile {
  /** Path in the repository, with forward slashes. */
  readonly path: string;
  /** Machine-readable reason, e.g. binary, too-large, generated. */
  readonly reason: string;
  /** What it is about, e.g. the file that this one duplicates; null where the reason says all. */
  readonly detail: null | string;
}

/** An admitted repository: identity, licence and the bytes that may be used. */
export interface Repository {
  /** Short name, e.g. flask-3.0.3. */
  readonly name: string;
  /** Source as named by the user, without machine paths. */
  readonly origin: string;
  /** Commit hash where the source has one. */
  readonly commit: null | string;
  /** Licence found. */
  readonly licence: Licence;
  /** All admitted files concatenated in path order. */
  readonly content: BlobReference;
  /** Admitted files in path order. */
  readonly files: readonly AdmittedFile[];
  /** Files left out, with reasons. */
  readonly skipped: readonly SkippedFile[];
  /** What the code host tells of it; null for what did not come from one. */
  readonly hosted: null | HostedRepository;
}

/** A repository passed the gates. Key: repository id. */
export interface RepoAdmittedBody {
  /** The admitted repository. */
  readonly repository: Repository;
}

/** A repository passed the gates. Key: repository id. */
export interface RepoAdmitted {
  /** Identity and origin. */
  readonly envelope: Envelope;
  /** The content; null when it is larger than 32 KiB and lies in the blob store. */
  readonly body: null | RepoAdmittedBody;
  /** Where the Avro-encoded body lies when it is not inline. */
  readonly bodyReference: null | BlobReference;
}

/** A definition in a source file. */
export interface Definition {
  /** Name as written. */
  readonly name: string;
  /** function, class, method, interface, type, enum, constant, variable, struct, trait, module, macro, field. */
  readonly kind: string;
  /** Declaration without body, white space collapsed, at most 200 characters. */
  readonly signature: string;
  /** First line, from 1. */
  readonly startLine: number;
  /** Last line, inclusive. */
  readonly endLine: number;
  /** Name of the enclosing definition. */
  readonly parent: null | string;
  /** First sentence of its documentation, at most 300 characters. */
  readonly doc: null | string;
  /** Visible outside its file. */
  readonly exported: boolean;
}

/** What was read out of one file. */
export interface FileStructure {
  /** Path in the repository. */
  readonly path: string;
  /** Language name in lower case; text when unknown. */
  readonly language: string;
  /** tree-sitter, oxc, babel, regex (definitions found by line patterns) or none. */
  readonly parser: string;
  /** Share of bytes inside parse errors, 0 to 1. */
  readonly errorRatio: number;
  /** Lines in the file. */
  readonly lines: number;
  /** Definitions in source order. */
  readonly symbols: readonly Definition[];
  /** External modules it imports, sorted. */
  readonly externals: readonly string[];
  /** Why it was read in part, by line patterns or not at all; null when it was read whole. */
  readonly note: null | string;
}

/** A dependency of one file on another. */
export interface Edge {
  /** The file that depends. */
  readonly from: string;
  /** The file it depends on. */
  readonly to: string;
  /** import, re-export, same-package, include, declares, type-only or test-of. */
  readonly kind: string;
  /** 0 to 1. */
  readonly confidence: number;
  /** Names of the target that are used, where the source states them. */
  readonly names: readonly string[];
}

/** An import that names no file of the repository though it looks as if it should. */
export interface Unresolved {
  /** The file. */
  readonly from: string;
  /** As written. */
  readonly specifier: string;
  /** Why it was not resolved. */
  readonly reason: string;
}

/** The real structure of a repository. Key: repository id. */
export interface RepoStructureBody {
  /** The admitted repository. */
  readonly repository: Repository;
  /** One entry per admitted file, in path order. */
  readonly files: readonly FileStructure[];
  /** Dependencies, sorted by from, to, kind. */
  readonly edges: readonly Edge[];
  /** Imports that could not be resolved. */
  readonly unresolved: readonly Unresolved[];
  /** All paths, dependencies first. */
  readonly order: readonly string[];
}

/** The real structure of a repository. Key: repository id. */
export interface RepoStructure {
  /** Identity and origin. */
  readonly envelope: Envelope;
  /** The content; null when it is larger than 32 KiB and lies in the blob store. */
  readonly body: null | RepoStructureBody;
  /** Where the Avro-encoded body lies when it is not inline. */
  readonly bodyReference: null | BlobReference;
}

/** A file in the plan. */
export interface PlannedFile {
  /** Path in the repository. */
  readonly path: string;
  /** Position in writing order, from 0. */
  readonly ordinal: number;
  /** What the file is for. */
  readonly purpose: string;
  /** Files written earlier that it depends on, most important first. */
  readonly dependsOn: readonly string[];
  /** Its names that other files use, those with most users first. */
  readonly offers: readonly string[];
  /** Position of its module; null where there are none. */
  readonly module: null | number;
}

/** A part of a large repository that is planned by itself. */
export interface PlannedModule {
  /** The folders of its files. */
  readonly name: string;
  /** What the module is for. */
  readonly purpose: string;
}

/** Who made or judged text. */
export interface ModelIdentity {
  /** Adapter, e.g. grounded, openai, bytes. */
  readonly name: string;
  /** Version of the adapter and its prompts. */
  readonly version: string;
  /** Model name where a language model served. */
  readonly model: null | string;
  /** Whether it is a language model. */
  readonly languageModel: boolean;
}

/** What teacher answers cost when they were first given; an answer from the memo keeps its cost. */
export interface Usage {
  /** Calls answered. */
  readonly calls: number;
  /** Tokens sent. */
  readonly promptTokens: number;
  /** Tokens received. */
  readonly completionTokens: number;
  /** Cost in millionths of a dollar. */
  readonly microDollars: number;
  /** Answers among them that a check refused, by check. */
  readonly refused: { readonly [key: string]: number };
  /** Answers among them by how they ended: stop, length, content_filter or other; those of servers that do not say are left out. */
  readonly finish: { readonly [key: string]: number };
}

/** Something that a trajectory was written without. */
export interface Lack {
  /** plan, purposes, thought or search, which could not be had; plain: a thought that its file does not earn. */
  readonly what: string;
  /** File that it concerns; null for the whole repository. */
  readonly path: null | string;
  /** Code and message of the failure; of plain, the kind of the file. */
  readonly reason: string;
}

/** The main agent’s requirements and plan. Key: repository id. */
export interface RepoPlanBody {
  /** The encoded repo-structure body. */
  readonly structure: BlobReference;
  /** What the project must do. */
  readonly requirements: string;
  /** How its parts fit. */
  readonly architecture: string;
  /** Every admitted file in writing order. */
  readonly files: readonly PlannedFile[];
  /** The modules of a large repository, by where they begin in writing order; empty where it is planned as one. */
  readonly modules: readonly PlannedModule[];
  /** Who wrote it. */
  readonly teacher: ModelIdentity;
  /** What it cost. */
  readonly usage: Usage;
  /** What the teacher could not be made to say; empty normally. */
  readonly lacks: readonly Lack[];
}

/** The main agent’s requirements and plan. Key: repository id. */
export interface RepoPlan {
  /** Identity and origin. */
  readonly envelope: Envelope;
  /** The content; null when it is larger than 32 KiB and lies in the blob store. */
  readonly body: null | RepoPlanBody;
  /** Where the Avro-encoded body lies when it is not inline. */
  readonly bodyReference: null | BlobReference;
}

/** One file for a sub-agent. Key: repository id. */
export interface FileTaskBody {
  /** File to write. */
  readonly path: string;
  /** Position in writing order, from 0. */
  readonly ordinal: number;
  /** Files in the plan. */
  readonly of: number;
  /** The encoded repo-structure body. */
  readonly structure: BlobReference;
  /** The encoded repo-plan body. */
  readonly plan: BlobReference;
}

/** One file for a sub-agent. Key: repository id. */
export interface FileTask {
  /** Identity and origin. */
  readonly envelope: Envelope;
  /** The content; null when it is larger than 32 KiB and lies in the blob store. */
  readonly body: null | FileTaskBody;
  /** Where the Avro-encoded body lies when it is not inline. */
  readonly bodyReference: null | BlobReference;
}

export type FileStatus = 'done' | 'failed' | 'skipped' | 'plain';

export type StepKind = 'read' | 'think' | 'write';

/** One step of a sub-agent. Reads and writes point at repository bytes; only thoughts carry text. */
export interface Step {
  /** What the step does. */
  readonly kind: StepKind;
  /** File that is read or written; null for a thought. */
  readonly path: null | string;
  /** First line that a read shows or a write makes, from 1; 0 means the whole file. */
  readonly fromLine: number;
  /** Last line of these, inclusive; 0 means the whole file. */
  readonly toLine: number;
  /** The thought; null otherwise. */
  readonly text: null | string;
}

/** The simulated work on one file. Key: repository id. */
export interface FileTraceBody {
  /** File written. */
  readonly path: string;
  /** Position in writing order, from 0. */
  readonly ordinal: number;
  /** Files in the plan. */
  readonly of: number;
  /** The encoded repo-structure body. */
  readonly structure: BlobReference;
  /** The encoded repo-plan body. */
  readonly plan: BlobReference;
  /** How the file ended: done; plain, written without a thought, because files of its kind earn none; skipped, written without the thought that it earns; failed, not written. A join waits for every file to end. */
  readonly status: FileStatus;
  /** Why it failed or was skipped; of a plain file, its kind; of a done file, why it was not searched. */
  readonly reason: null | string;
  /** Reads, then thinks and a write, for each part of a long file again; no thinks where the file is skipped or plain. */
  readonly steps: readonly Step[];
  /** Who thought. */
  readonly teacher: ModelIdentity;
  /** What it cost. */
  readonly usage: Usage;
  /** Answers about its thoughts, before any search, that a check refused, by check: it was asked again for each, or given up. */
  readonly refused: { readonly [key: string]: number };
}

/** The simulated work on one file. Key: repository id. */
export interface FileTrace {
  /** Identity and origin. */
  readonly envelope: Envelope;
  /** The content; null when it is larger than 32 KiB and lies in the blob store. */
  readonly body: null | FileTraceBody;
  /** Where the Avro-encoded body lies when it is not inline. */
  readonly bodyReference: null | BlobReference;
}

/** A rewrite that the search tried. */
export interface Candidate {
  /** Index of the Think step within the file, from 0. */
  readonly thought: number;
  /** Iteration, from 0. */
  readonly round: number;
  /** Candidate within the iteration, from 0. */
  readonly ordinal: number;
  /** accepted, not-better, leak, too-long, duplicate, invalid, failed: the teacher gave none, or exhausted: it has no other. */
  readonly outcome: string;
  /** Bits the scorer needs for the ground-truth code; null when it was refused unscored. */
  readonly bits: null | number;
  /** Length of the rewrite in bytes. */
  readonly textBytes: number;
  /** What was scored; null where it was not scored or not kept. */
  readonly text: null | string;
}

/** What the search did for one file. */
export interface SearchReport {
  /** Who scored. */
  readonly scorer: ModelIdentity;
  /** Hash of the scorer configuration: one file is scored by one. */
  readonly configuration: string;
  /** Bytes of ground-truth code scored. */
  readonly targetBytes: number;
  /** Bits of the code given the first thoughts; of a file in parts the sum, each part after the kept ones before it. */
  readonly bitsBefore: number;
  /** Bits given the kept thoughts. */
  readonly bitsAfter: number;
  /** Bytes of the first thoughts; length confounds the gain. */
  readonly thoughtBytesBefore: number;
  /** Every candidate, kept or not. */
  readonly candidates: readonly Candidate[];
  /** Bits of the code given no thought; null where that was not measured. */
  readonly bitsNone: null | number;
}

/** The work on one file after the search. Key: repository id. */
export interface FileThoughtBody {
  /** File written. */
  readonly path: string;
  /** Position in writing order, from 0. */
  readonly ordinal: number;
  /** Files in the plan. */
  readonly of: number;
  /** The encoded repo-structure body. */
  readonly structure: BlobReference;
  /** The encoded repo-plan body. */
  readonly plan: BlobReference;
  /** How the file ended: done; plain, written without a thought, because files of its kind earn none; skipped, written without the thought that it earns; failed, not written. A join waits for every file to end. */
  readonly status: FileStatus;
  /** Why it failed or was skipped; of a plain file, its kind; of a done file, why it was not searched. */
  readonly reason: null | string;
  /** Reads, then thinks and a write, for each part of a long file again; no thinks where the file is skipped or plain. */
  readonly steps: readonly Step[];
  /** Who thought. */
  readonly teacher: ModelIdentity;
  /** What it cost. */
  readonly usage: Usage;
  /** Answers about its thoughts, before any search, that a check refused, by check: it was asked again for each, or given up. */
  readonly refused: { readonly [key: string]: number };
  /** What the search did; null when it was off. */
  readonly search: null | SearchReport;
}

/** The work on one file after the search. Key: repository id. */
export interface FileThought {
  /** Identity and origin. */
  readonly envelope: Envelope;
  /** The content; null when it is larger than 32 KiB and lies in the blob store. */
  readonly body: null | FileThoughtBody;
  /** Where the Avro-encoded body lies when it is not inline. */
  readonly bodyReference: null | BlobReference;
}

/** A span of the document and whether it is trained. */
export interface Segment {
  /** Segment kind of the trajectory text format. */
  readonly kind: string;
  /** Loss mask of every token in it. */
  readonly trained: boolean;
  /** First byte of the span, its header line included. */
  readonly start: number;
  /** One past the last byte. */
  readonly end: number;
  /** File it concerns. */
  readonly path: null | string;
}

/** A file the trajectory writes. */
export interface TrajectoryFile {
  /** Path. */
  readonly path: string;
  /** Length. */
  readonly bytes: number;
  /** SHA-256 of its bytes. */
  readonly sha256: string;
}

/** The search over the files of a document. */
export interface SearchSummary {
  /** Bytes scored. */
  readonly targetBytes: number;
  /** Bits before. */
  readonly bitsBefore: number;
  /** Bits after. */
  readonly bitsAfter: number;
  /** Bytes of thoughts before; length confounds the gain. */
  readonly thoughtBytesBefore: number;
  /** Bytes of thoughts after. */
  readonly thoughtBytesAfter: number;
  /** Candidates per outcome. */
  readonly outcomes: { readonly [key: string]: number };
}

/** What checks refused of the answers about one thing: it was asked again for each, or given up. */
export interface Refused {
  /** File whose thoughts these were; null for the plan. */
  readonly path: null | string;
  /** Answers refused, by check. */
  readonly checks: { readonly [key: string]: number };
}

/** A later part of a large repository, with a document of its own. */
export interface Episode {
  /** Its text. */
  readonly document: BlobReference;
  /** Adjacent spans that cover it. */
  readonly segments: readonly Segment[];
  /** The files that it writes, in writing order. */
  readonly files: readonly TrajectoryFile[];
  /** Gain of the search, over these files. */
  readonly search: null | SearchSummary;
}

/** A repository as one sequence. Key: repository id. */
export interface TrajectoryBody {
  /** Short name. */
  readonly name: string;
  /** Source as named by the user. */
  readonly origin: string;
  /** Commit hash. */
  readonly commit: null | string;
  /** Licence found. */
  readonly licence: Licence;
  /** The text, UTF-8, in the trajectory text format; of several episodes the first. */
  readonly document: BlobReference;
  /** Version of the text format. */
  readonly format: number;
  /** Adjacent spans that cover the document. */
  readonly segments: readonly Segment[];
  /** Every file that the document writes, in writing order. */
  readonly files: readonly TrajectoryFile[];
  /** Who planned and thought. */
  readonly teacher: ModelIdentity;
  /** Who scored; null when the search was off. */
  readonly scorer: null | ModelIdentity;
  /** Gain of the search, over these files. */
  readonly search: null | SearchSummary;
  /** What the repository cost. */
  readonly usage: Usage;
  /** What it was written without; empty normally. */
  readonly lacks: readonly Lack[];
  /** Plan and files of which checks refused answers; empty normally. */
  readonly refused: readonly Refused[];
  /** The episodes after the first, in writing order; empty where the repository is one document. */
  readonly episodes: readonly Episode[];
}

/** A repository as one sequence. Key: repository id. */
export interface Trajectory {
  /** Identity and origin. */
  readonly envelope: Envelope;
  /** The content; null when it is larger than 32 KiB and lies in the blob store. */
  readonly body: null | TrajectoryBody;
  /** Where the Avro-encoded body lies when it is not inline. */
  readonly bodyReference: null | BlobReference;
}

/** A shard became part of the data set; derived from the manifest. Key: data set. */
export interface ShardSealedBody {
  /** Manifest entry. */
  readonly entry: number;
  /** Shard file, relative to the output. */
  readonly path: string;
  /** SHA-256 of the shard file. */
  readonly sha256: string;
  /** Length of the shard file. */
  readonly bytes: number;
  /** Packs in it. */
  readonly packs: number;
  /** Tokens in it. */
  readonly tokens: number;
  /** Tokens in it with mask 1. */
  readonly trainedTokens: number;
  /** Tokens a pack has room for. */
  readonly contextLength: number;
  /** Index of its first pack in the data set. */
  readonly firstPack: number;
}

/** A shard became part of the data set; derived from the manifest. Key: data set. */
export interface ShardSealed {
  /** Identity and origin. */
  readonly envelope: Envelope;
  /** The content; null when it is larger than 32 KiB and lies in the blob store. */
  readonly body: null | ShardSealedBody;
  /** Where the Avro-encoded body lies when it is not inline. */
  readonly bodyReference: null | BlobReference;
}

export type Disposition = 'drop' | 'dead_letter';

/** A repository that will not become a trajectory. Key: repository id. */
export interface DroppedBody {
  /** Short name. */
  readonly name: string;
  /** Source as named by the user. */
  readonly origin: string;
  /** Where it ended. */
  readonly stage: string;
  /** Expected drop, or dead letter. */
  readonly disposition: Disposition;
  /** Machine-readable reason. */
  readonly reason: string;
  /** What a person should know. */
  readonly detail: string;
  /** What was paid in the stage that ended it. */
  readonly usage: Usage;
}

/** A repository that will not become a trajectory. Key: repository id. */
export interface Dropped {
  /** Identity and origin. */
  readonly envelope: Envelope;
  /** The content; null when it is larger than 32 KiB and lies in the blob store. */
  readonly body: null | DroppedBody;
  /** Where the Avro-encoded body lies when it is not inline. */
  readonly bodyReference: null | BlobReference;
}

/** A repository that a code host listed, and the commit at which it is read. */
export interface ListedRepository {
  /** What the host tells of it. */
  readonly repository: HostedRepository;
  /** The commit; null where it is looked up later. */
  readonly commit: null | string;
  /** Time of the commit in milliseconds since 1970; 0 where it is not known. */
  readonly commitTimeMs: number;
  /** Tag of the host's answer about the commit, to ask later whether there is a newer one. */
  readonly etag: null | string;
}

/** A part of a source on a code host was listed, so that no later start lists it again. Key: data set. */
export interface SourceListedBody {
  /** The source as the user named it. */
  readonly source: string;
  /** Which part of the source: a range of a search; empty for a repository. */
  readonly part: string;
  /** Repositories that the host counts in the part. */
  readonly total: number;
  /** The host's time of the answer, in milliseconds since 1970. */
  readonly untilMs: number;
  /** The smaller parts that are listed instead, where one listing cannot show all. */
  readonly parts: readonly string[];
  /** The repositories of the part, in the order in which they are read. */
  readonly repositories: readonly ListedRepository[];
}

/** A part of a source on a code host was listed, so that no later start lists it again. Key: data set. */
export interface SourceListed {
  /** Identity and origin. */
  readonly envelope: Envelope;
  /** The content; null when it is larger than 32 KiB and lies in the blob store. */
  readonly body: null | SourceListedBody;
  /** Where the Avro-encoded body lies when it is not inline. */
  readonly bodyReference: null | BlobReference;
}

/** A bounded run has no more sources. Key: data set. */
export interface InputClosedBody {
  /** Number of repo-found and dropped source positions. */
  readonly sources: number;
}

/** A bounded run has no more sources. Key: data set. */
export interface InputClosed {
  /** Identity and origin. */
  readonly envelope: Envelope;
  /** The content; null when it is larger than 32 KiB and lies in the blob store. */
  readonly body: null | InputClosedBody;
  /** Where the Avro-encoded body lies when it is not inline. */
  readonly bodyReference: null | BlobReference;
}

/** A record that cannot be processed; used by every topic’s dead-letter topic. Key: that of the record. */
export interface DeadLetterBody {
  /** Stage that gave up. */
  readonly stage: string;
  /** Topic of the record. */
  readonly topic: string;
  /** Partition of the record. */
  readonly partition: number;
  /** Offset of the record. */
  readonly offset: number;
  /** Machine-readable reason. */
  readonly reason: string;
  /** What a person should know. */
  readonly detail: string;
  /** Times it was tried. */
  readonly attempts: number;
  /** The record as received; of more than 64 KiB the beginning, and the whole lies at its place. */
  readonly payload: Uint8Array;
}

/** A record that cannot be processed; used by every topic’s dead-letter topic. Key: that of the record. */
export interface DeadLetter {
  /** Identity and origin. */
  readonly envelope: Envelope;
  /** The content; null when it is larger than 32 KiB and lies in the blob store. */
  readonly body: null | DeadLetterBody;
  /** Where the Avro-encoded body lies when it is not inline. */
  readonly bodyReference: null | BlobReference;
}

/** Body of each topic's records. */
export interface TopicBodies {
  readonly 'repo-found': RepoFoundBody;
  readonly 'repo-admitted': RepoAdmittedBody;
  readonly 'repo-structure': RepoStructureBody;
  readonly 'repo-plan': RepoPlanBody;
  readonly 'file-task': FileTaskBody;
  readonly 'file-trace': FileTraceBody;
  readonly 'file-thought': FileThoughtBody;
  readonly 'trajectory': TrajectoryBody;
  readonly 'shard-sealed': ShardSealedBody;
  readonly 'dropped': DroppedBody;
  readonly 'source-listed': SourceListedBody;
  readonly 'input-closed': InputClosedBody;
}
