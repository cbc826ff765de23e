import { NetmeterError } from '../../errors.js';

/** A parser of the values of one option, whose errors name it, as those of a configuration name their key. */
export function ofOption<Value>(option: string, parse: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof NetmeterError)) throw error;
      throw new NetmeterError(error.code, `--${option}: ${error.message}`, { cure: error.cure, cause: error });
    }
  };
}
