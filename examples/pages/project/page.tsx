// What the page shows. The same component is rendered in the instance and taken over by the browser.
import { Suspense, use, useState } from 'react';

export function Counter() {
  const [count, setCount] = useState(0);
  return <button onClick={() => setCount(count + 1)}>{`Clicked ${count} times`}</button>;
}

function News({ news }: { news: Promise<string> }) {
  return <p id="news">{use(news)}</p>;
}

/// The news come later than the rest of the page, which does not wait for them.
export function Page({ path, news }: { path: string; news: Promise<string> }) {
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <title>Pages</title>
        <style>{'body { font: 20px sans-serif; margin: 2em }'}</style>
      </head>
      <body>
        <h1>Hello from React</h1>
        <p>{`This is ${path}.`}</p>
        <div id="counter"><Counter /></div>
        <Suspense fallback={<p>One moment, please</p>}><News news={news} /></Suspense>
      </body>
    </html>
  );
}
