import { policyLimits } from '../limits.ts';
import { faultAt, type SourceText } from './source-text.ts';

/**
 * Refuses text so deep that a recursive reader would run out of stack, before it is read. Brackets in text count as well:
 * a bound no honest policy comes near. Block nesting can't hide here: a level costs a line or an indicator.
 * @throws HoldfastError `policy-limit`
 */
export function boundNesting(source: SourceText): void {
  let brackets = 0;
  let indicators = 0;
  for (let offset = 0; offset < source.text.length; offset++) {
    const char = source.text[offset];
    if (char === '\n') {
      source.lines.addNewLine(offset + 1);
      indicators = 0;
    } else if (char === '[' || char === '{') brackets++;
    else if (char === ']' || char === '}') brackets = Math.max(0, brackets - 1);
    else if ((char === '-' || char === '?') && /[ \t]/.test(source.text[offset + 1] ?? ' ')) indicators++;
    if (brackets > policyLimits.depth * 4 || indicators > policyLimits.depth * 8) {
      throw faultAt('policy-limit', source, offset, `nested deeper than ${policyLimits.depth}`);
    }
  }
}
