/**
 * For every knob that may change the output: another value of it that changes what a run makes of
 * the soak's repository, or why no run of it can show an effect.
 */

export interface Change {
  /** As for `--set`, with further settings that the effect needs. */
  readonly sets: readonly string[];
}

/** An effect that one run of a folder cannot show, and where it is tested instead. */
export interface Excuse {
  readonly excuse: string;
}

const change = (...sets: string[]): Change => ({ sets });
const excuse = (text: string): Excuse => ({ excuse: text });
const archive = excuse('refuses archives, and a folder is none: test/services/stages/admit');
const server = excuse('where a model is, not what it is asked');
const time = excuse('a bound on time, which no two machines reach alike');

export const changes: Readonly<Record<string, Change | Excuse>> = {
  'discover.ignore': change('discover.ignore=[src]'),
  'discover.archiveBytesMax': change('discover.archiveBytesMax=2000'),
  'discover.fileBytesMax': change('discover.fileBytesMax=100'),
  'discover.entriesMax': change('discover.entriesMax=2'),
  'discover.scanBytesMax': excuse('looks for the newest entry of an archive'),
  'discover.listSourcesMax': excuse('bounds a list of sources, and refuses a longer one'),
  'discover.gitTimeoutMs': time,
  'admit.vendored': change('admit.vendored=keep'),
  'admit.generated': change('admit.generated=keep'),
  'admit.lineCharactersMax': change('admit.lineCharactersMax=60'),
  'admit.lineCharactersMeanMax': change('admit.lineCharactersMeanMax=20'),
  'admit.repositoryFilesMax': change('admit.repositoryFilesMax=2'),
  'admit.repositoryBytesMax': change('admit.repositoryBytesMax=500'),
  'admit.licences': change('admit.licences=[Zlib]'),
  'admit.secrets': change('admit.secrets=off'),
  'admit.privacy': change('admit.privacy=off'),
  'admit.fileBytesMax': change('admit.fileBytesMax=100'),
  'admit.archiveBytesMax': change('admit.archiveBytesMax=2000'),
  'admit.expandedBytesMax': change('admit.expandedBytesMax=2000'),
  'admit.expansionRatioMax': archive,
  'admit.entriesMax': change('admit.entriesMax=2'),
  'admit.pathBytesMax': change('admit.pathBytesMax=10'),
  'extract.parseBytesMax': change('extract.parseBytesMax=100'),
  'extract.notebookBytesMax': change('extract.notebookBytesMax=10'),
  'extract.parseTimeMsMax': time,
  'extract.filesParsedMax': change('extract.filesParsedMax=1'),
  'extract.bytesParsedMax': change('extract.bytesParsedMax=100'),
  'extract.repositoryTimeMsMax': time,
  'extract.outlineErrorRatio': change('extract.outlineErrorRatio=0'),
  'extract.symbolsPerFileMax': change('extract.symbolsPerFileMax=1'),
  'extract.edgesPerFileMax': change('extract.edgesPerFileMax=1'),
  'plan.readmeBytesMax': change('plan.readmeBytesMax=20'),
  'plan.manifestsMax': change('plan.manifestsMax=0'),
  'plan.manifestBytesMax': change('plan.manifestBytesMax=10'),
  'plan.dependenciesMax': change('plan.dependenciesMax=1'),
  'plan.purposeBytesMax': change('plan.purposeBytesMax=10'),
  'plan.textBytesMax': change('plan.textBytesMax=10'),
  'simulate.readsMax': change('simulate.readsMax=0'),
  'simulate.observationBytesMax': change('simulate.observationBytesMax=80'),
  'simulate.wholeFileBytesMax': change('simulate.wholeFileBytesMax=10'),
  'simulate.rangesMax': change('simulate.rangesMax=1', 'simulate.wholeFileBytesMax=10'),
  'simulate.rangeLinesMax': change('simulate.rangeLinesMax=2', 'simulate.wholeFileBytesMax=10'),
  'simulate.contextLines': change('simulate.contextLines=0', 'simulate.wholeFileBytesMax=10'),
  'simulate.headBytesMax': change('simulate.headBytesMax=10', 'simulate.wholeFileBytesMax=10'),
  'simulate.thoughtBytesMax': change('simulate.thoughtBytesMax=10'),
  'search.enabled': change('search.enabled=false'),
  'search.candidates': change('search.candidates=1'),
  'search.iterations': change('search.iterations=2'),
  'search.idleRoundsMax': change('search.idleRoundsMax=1', 'search.iterations=3'),
  'search.gainBitsMin': change('search.gainBitsMin=100000'),
  'search.gainShareMin': change('search.gainShareMin=0.9'),
  'search.contextBytesMax': change('search.contextBytesMax=100'),
  'search.requirementsBytesMax': change('search.requirementsBytesMax=10'),
  'search.targetBytesMax': change('search.targetBytesMax=20'),
  'search.thoughtBytesMax': change('search.thoughtBytesMax=20', 'search.growthBytesMin=10'),
  'search.growthMax': change('search.growthMax=1', 'search.growthBytesMin=1'),
  'search.growthBytesMin': change('search.growthBytesMin=1', 'search.growthMax=1'),
  'search.leakWordsMax': change('search.leakWordsMax=2'),
  'search.leakShareWords': change('search.leakShareWords=1', 'search.leakShareMax=0.01'),
  'search.leakShareMax': change('search.leakShareMax=0.01', 'search.leakShareWords=2'),
  'flatten.writesWithoutThought': change(
    'flatten.writesWithoutThought=masked',
    'simulate.thoughtBytesMax=10',
  ),
  'flatten.episodeTokens': change('flatten.episodeTokens=300'),
  'flatten.briefBytesMax': change('flatten.briefBytesMax=20', 'flatten.episodeTokens=300'),
  'sink.contextLength': change('sink.contextLength=1024'),
  'sink.tokenizer': change('sink.tokenizer='),
  'sink.endOfText': excuse(
    'names one of the vocabulary’s tokens: test/services/stages/sink/tokens',
  ),
  'sink.template': excuse('needs a vocabulary with chat tokens: test/services/dataset/template'),
  'sink.masking': change('sink.masking=joint', 'sink.tokenizer='),
  'sink.prefixTokensMax': change('sink.prefixTokensMax=16'),
  'sink.openPacksMax': change('sink.openPacksMax=1'),
  'sink.sealFreeTokensMax': change('sink.sealFreeTokensMax=900'),
  'sink.shardBytesMax': change('sink.shardBytesMax=20000'),
  'sink.conflictsMax': excuse('ends a writer that another program keeps out'),
  'teacher.kind': change('teacher.kind=grounded'),
  'teacher.baseUrl': server,
  'teacher.model': change('teacher.model=other-model'),
  'teacher.temperature': change('teacher.temperature=0.1'),
  'teacher.structuredOutput': change('teacher.structuredOutput=json_object'),
  'teacher.thinking': change('teacher.thinking=off'),
  'teacher.promptBytesMax': change('teacher.promptBytesMax=3000'),
  'teacher.checks': change('teacher.checks=off'),
  'teacher.mendingsMax': change('teacher.mendingsMax=0'),
  'teacher.planTokensMax': change('teacher.planTokensMax=100'),
  'teacher.thinkTokensMax': change('teacher.thinkTokensMax=100'),
  'teacher.purposesPerCall': change('teacher.purposesPerCall=2'),
  'teacher.dollarsPerMillionPromptTokens': change('teacher.dollarsPerMillionPromptTokens=3'),
  'teacher.dollarsPerMillionCompletionTokens': change(
    'teacher.dollarsPerMillionCompletionTokens=3',
  ),
  'scorer.kind': server,
  'scorer.contextBytesMax': change('scorer.contextBytesMax=100'),
  'scorer.url': server,
  'scorer.model': server,
  'runtime.seed': change('runtime.seed=1'),
  'runtime.dataset': change('runtime.dataset=other'),
};
