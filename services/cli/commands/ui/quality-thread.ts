/** Measures the quality of an output beside the main loop, which goes on serving the page. */
import { measureOutput } from '../../../quality/report.ts';
import { openObjects } from '../../../runtime/store/objects/open.ts';
import { answerQuestions } from '../../../runtime/thread.ts';
import type { QualitySection } from '../../../ui/api.ts';
import type { OutputPlace } from '../../../ui/reading/served-output.ts';
import { qualitySections } from '../report/rows.ts';

answerQuestions<OutputPlace, readonly QualitySection[]>(async ({ place, runFolder }) => {
  const store = await openObjects(place);
  try {
    return qualitySections((await measureOutput({ place: store, runFolder })).report);
  } finally {
    await store.close();
  }
});
