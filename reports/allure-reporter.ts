import { AllureReporter } from 'allure-playwright';

type Options = ConstructorParameters<typeof AllureReporter>[0];

/**
 * `allure-playwright`, kept from ending the run: what it throws, on a full disk for one, would end the main process in the middle of
 * every unit. After the first error it is asked nothing more, and the terminal says that its results are incomplete.
 */
export default class LastingAllureReporter {
  constructor(options: Options) {
    return lasting(new AllureReporter(options), (thrown) => {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      process.stderr.write(`\nREPORT_FAILED: the Allure results of this run are incomplete: ${why}\n`);
    }) as LastingAllureReporter;
  }
}

/** The reporter with every method made to tell its error once instead of throwing it. */
export function lasting<R extends object>(reporter: R, onFailure: (thrown: unknown) => void): R {
  let failed = false;
  const fail = (thrown: unknown) => {
    if (!failed) onFailure(thrown);
    failed = true;
  };
  return new Proxy(reporter, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        if (failed) return undefined;
        try {
          const result: unknown = Reflect.apply(member, target, args);
          return result instanceof Promise ? result.catch(fail) : result;
        } catch (thrown) {
          return fail(thrown);
        }
      };
    },
  });
}
