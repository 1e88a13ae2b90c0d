declare module 'app:media' {
  export class Player {
    constructor(a: string);
    feed(a: AsyncIterable<string | Uint8Array> | (Iterable<string | Uint8Array> & object)): void;
    /** A frame was played. */
    on(event: 'frame', listener: (a: number, b: Frame) => void): this;
    on(event: 'end', listener: () => void): this;
    /** A frame was played. */
    once(event: 'frame', listener: (a: number, b: Frame) => void): this;
    once(event: 'end', listener: () => void): this;
    /** A frame was played. */
    off(event: 'frame', listener: (a: number, b: Frame) => void): this;
    off(event: 'end', listener: () => void): this;
    /** A frame was played. */
    addListener(event: 'frame', listener: (a: number, b: Frame) => void): this;
    addListener(event: 'end', listener: () => void): this;
    /** A frame was played. */
    removeListener(event: 'frame', listener: (a: number, b: Frame) => void): this;
    removeListener(event: 'end', listener: () => void): this;
    removeAllListeners(event?: string | symbol): this;
    /** A frame was played. */
    prependListener(event: 'frame', listener: (a: number, b: Frame) => void): this;
    prependListener(event: 'end', listener: () => void): this;
    /** A frame was played. */
    prependOnceListener(event: 'frame', listener: (a: number, b: Frame) => void): this;
    prependOnceListener(event: 'end', listener: () => void): this;
    setMaxListeners(count: number): this;
    /** A frame was played. */
    emit(event: 'frame', a: number, b: Frame): boolean;
    emit(event: 'end'): boolean;
    eventNames(): (string | symbol)[];
    listeners(event: string | symbol): Function[];
    rawListeners(event: string | symbol): Function[];
    listenerCount(event: string | symbol, listener?: Function): number;
    getMaxListeners(): number;
    readonly file: string;
  }
  export class Bell {
    constructor();
    on(event: string | symbol, listener: (...a: any[]) => void): this;
    once(event: string | symbol, listener: (...a: any[]) => void): this;
    off(event: string | symbol, listener: (...a: any[]) => void): this;
    addListener(event: string | symbol, listener: (...a: any[]) => void): this;
    removeListener(event: string | symbol, listener: (...a: any[]) => void): this;
    removeAllListeners(event?: string | symbol): this;
    prependListener(event: string | symbol, listener: (...a: any[]) => void): this;
    prependOnceListener(event: string | symbol, listener: (...a: any[]) => void): this;
    setMaxListeners(count: number): this;
    emit(event: string | symbol, ...a: any[]): boolean;
    eventNames(): (string | symbol)[];
    listeners(event: string | symbol): Function[];
    rawListeners(event: string | symbol): Function[];
    listenerCount(event: string | symbol, listener?: Function): number;
    getMaxListeners(): number;
  }
  export function lines(a: AsyncIterable<string | Uint8Array> | (Iterable<string | Uint8Array> & object)): import('node:stream').Readable & AsyncIterable<string>;
  export function frames(a: string): import('node:stream').Readable & AsyncIterable<Frame>;
  export function encode(a: AsyncIterable<Frame> | (Iterable<Frame> & object), b: import('node:stream').Writable | WritableStream<Uint8Array>): Promise<void>;
  export function sink(a?: import('node:stream').Duplex | { readable: AsyncIterable<string | Uint8Array> | (Iterable<string | Uint8Array> & object); writable: import('node:stream').Writable | WritableStream<Uint8Array> }): import('node:stream').Writable;
  export function levels(): import('node:stream').Transform & AsyncIterable<Level>;
  export function body(): ReadableStream<Uint8Array>;
  export function socket(): { readable: ReadableStream<string>; writable: WritableStream<Uint8Array> };
  export function tap(a: (a: import('node:stream').Readable & AsyncIterable<Frame>) => void): void;
  export function tracks(): (import('node:stream').Readable & AsyncIterable<Uint8Array>)[];
  export function connect(a: import('node:worker_threads').MessagePort | import('node:worker_threads').Worker): void;
  export function meter(): Meter;
  export const play: (a: AsyncIterable<string | Uint8Array> | (Iterable<string | Uint8Array> & object)) => void;
  export const events: import('node:events').EventEmitter;
  export const codecs: Codecs;
  class Codec {
    constructor();
    readonly bits: number;
  }
  export interface Codecs {
    Codec: typeof Codec;
    find(a: string): Codec;
  }
  export interface Frame {
    at: number;
    samples: number[];
  }
  export interface Level {
    peak: number;
  }
  export interface Meter {
    on(event: 'level', listener: (a: Level) => void): this;
    once(event: 'level', listener: (a: Level) => void): this;
    off(event: 'level', listener: (a: Level) => void): this;
    addListener(event: 'level', listener: (a: Level) => void): this;
    removeListener(event: 'level', listener: (a: Level) => void): this;
    removeAllListeners(event?: string | symbol): this;
    prependListener(event: 'level', listener: (a: Level) => void): this;
    prependOnceListener(event: 'level', listener: (a: Level) => void): this;
    setMaxListeners(count: number): this;
    emit(event: 'level', a: Level): boolean;
    eventNames(): (string | symbol)[];
    listeners(event: string | symbol): Function[];
    rawListeners(event: string | symbol): Function[];
    listenerCount(event: string | symbol, listener?: Function): number;
    getMaxListeners(): number;
  }
  const exported: {
    Player: typeof Player;
    Bell: typeof Bell;
    lines: typeof lines;
    frames: typeof frames;
    encode: typeof encode;
    sink: typeof sink;
    levels: typeof levels;
    body: typeof body;
    socket: typeof socket;
    tap: typeof tap;
    tracks: typeof tracks;
    connect: typeof connect;
    meter: typeof meter;
    play: typeof play;
    events: typeof events;
    codecs: typeof codecs;
  };
  export { exported as default };
}
