import { HoldfastError } from '../errors/index.ts';
import { Cursor, Undecodable } from './cursor.ts';
import type { SensorEvent } from './events.ts';
import { commonOf, eventOf, frameTypeOf } from './frames.ts';
import { frameMax, layoutOf, offsetsOf } from './layout.ts';

const header = offsetsOf('hf_header');
const headerSize = layoutOf('hf_header').size;

/**
 * Pipe bytes → events, in any chunking; holds at most one unfinished frame (8 KiB).
 * A frame whose content can't be read becomes an `undecodable` event; a frame of a type that a newer sensor added is
 * skipped and counted; a length that can't be true ends the stream, since nothing after it can be trusted.
 */
export class FrameDecoder {
  /** Frames of a type this version does not know. */
  unknownTypes = 0;
  undecodable = 0;
  frames = 0;
  private rest: Buffer = Buffer.alloc(0);

  /** @throws HoldfastError `sensor-stream-broken` */
  *push(chunk: Buffer): Generator<SensorEvent, void, undefined> {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    while (bytes.length - at >= 4) {
      const size = bytes.readUInt32LE(at + header.size);
      if (size < headerSize || size > frameMax) {
        this.rest = Buffer.alloc(0);
        throw new HoldfastError('sensor-stream-broken', `a frame claims ${size} bytes`, {
          place: `frame ${this.frames + 1}`,
        });
      }
      if (bytes.length - at < size) break;
      this.frames++;
      const event = this.decode(bytes.subarray(at, at + size));
      at += size;
      if (event !== undefined) yield event;
    }
    // A copy, so that a short rest does not keep a whole chunk alive.
    this.rest = Buffer.from(bytes.subarray(at));
  }

  /** At the stream's end. @throws HoldfastError `sensor-stream-broken` when a frame was cut. */
  end(): void {
    if (this.rest.length === 0) return;
    const length = this.rest.length;
    this.rest = Buffer.alloc(0);
    throw new HoldfastError('sensor-stream-broken', `the stream ends ${length} bytes into a frame`, {
      place: `frame ${this.frames + 1}`,
    });
  }

  private decode(bytes: Buffer): SensorEvent | undefined {
    const cursor = new Cursor(bytes);
    const type = frameTypeOf(cursor);
    if (type === undefined) {
      this.unknownTypes++;
      return undefined;
    }
    try {
      return eventOf(cursor, type);
    } catch (error) {
      if (!(error instanceof Undecodable)) throw error;
      this.undecodable++;
      return {
        ...commonOf(cursor),
        type: 'undecodable',
        frameType: cursor.u16(header.type),
        reason: `${type}: ${error.message}`,
      };
    }
  }
}
