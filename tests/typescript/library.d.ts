declare module 'app:library' {
  /** What can be lent. */
  export class Item {
    protected constructor();
    readonly title: string;
  }
  export class Book extends Item {
    constructor(a: string, b?: number);
    /** From what `search` found. */
    constructor(a: Entry);
    /**
     * Reads on.
     * Returns the page it comes to.
     */
    read(a: number): number;
    find(a: string): string;
    find(a: number, b?: boolean): number;
    fetch(a: string): Promise<string>;
    markIn(a: number): string;
    [Symbol.dispose](): void;
    [Symbol.iterator](): IterableIterator<number>;
    static isTitle(a: string): boolean;
    page: number;
    /** Ends with *\/ in C++. */
    static readonly formats: string[];
  }
  export function search(a: string, b?: number): Entry[];
  export function watch(a: (a: Entry, b: number) => void): Promise<void>;
  export function shelf(a: Record<string, number>): Shelf;
  export function count(): bigint;
  export const version: string;
  export const motto: string | undefined;
  export const lend: (a: string, b?: number) => Loan;
  export const Genre: { readonly novel: "novel"; readonly poetry: "poetry"; readonly verse: "poetry" };
  export type Genre = "novel" | "poetry" | "verse";
  export const Access: { readonly read: 1; readonly write: 2 };
  export type Access = number;
  export interface Author {
    name: string;
    born?: number;
  }
  export interface Entry {
    /** As on the cover. */
    title: string;
    authors: Author[];
    price: number | string;
    genre: "novel" | "poetry" | "verse";
    copies?: number;
  }
  export interface Loan {
    days: number;
  }
  export interface Shelf {
    readonly room: number;
  }
  const exported: {
    Item: typeof Item;
    Book: typeof Book;
    search: typeof search;
    watch: typeof watch;
    shelf: typeof shelf;
    count: typeof count;
    version: typeof version;
    motto: typeof motto;
    lend: typeof lend;
    Genre: typeof Genre;
    Access: typeof Access;
  };
  export { exported as default };
}
