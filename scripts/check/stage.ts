/** What one stage came to. Skipped tests count neither as passed nor as failed; `make ci` turns each into a failure. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** What could not be run here, each with its reason. */
  readonly leftOut: readonly string[];
}

export interface Stage {
  readonly name: string;
  /** Seconds after which it is ended and counts as failed. */
  readonly limit: number;
  readonly run: (signal: AbortSignal) => Promise<Tally>;
}

export interface Result extends Tally {
  readonly name: string;
  readonly seconds: number;
}

/** Runs one stage inside its time limit, or until `interrupt`; a stage that throws is one failure. */
export async function runStage(stage: Stage, strict: boolean, interrupt: AbortSignal): Promise<Result> {
  const started = performance.now();
  let tally: Tally;
  try {
    tally = await stage.run(AbortSignal.any([interrupt, AbortSignal.timeout(stage.limit * 1000)]));
  } catch (error) {
    process.stdout.write(`${stage.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    tally = { passed: 0, failed: 1, leftOut: [] };
  }
  const failed = tally.failed + (strict ? tally.leftOut.length : 0);
  return { ...tally, failed, name: stage.name, seconds: (performance.now() - started) / 1000 };
}
