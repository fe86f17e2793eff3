import "./pictures.css";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "~/design/button";

export interface Figures {
  headers: readonly string[];
  rows: readonly { key: string; cells: readonly ReactNode[] }[];
}

export interface Series {
  name: string;
  fill: string;
}

/** A picture with what it shows in words, and the same as a table for who would rather read it. */
export function Figure({
  caption,
  figures,
  legend,
  children,
}: {
  caption: string;
  figures: Figures;
  legend?: readonly Series[];
  children: ReactNode;
}) {
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className="figure">
      {legend && !asTable && (
        <ul className="legend">
          {legend.map((series) => (
            <li key={series.name}>
              <span className={`swatch ${series.fill}`} />
              {series.name}
            </li>
          ))}
        </ul>
      )}
      {asTable ? <FiguresTable caption={caption} figures={figures} /> : children}
      <figcaption>
        <span className="figure-caption">{caption}</span>
        <Button small look="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? "Show as picture" : "Show as table"}
        </Button>
      </figcaption>
    </figure>
  );
}

function FiguresTable({ caption, figures }: { caption: string; figures: Figures }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keyboard.
    <section className="figure-table" aria-label={caption} tabIndex={0}>
      <table className="plain-table">
        <thead>
          <tr>
            {figures.headers.map((header, index) => (
              <th key={header} scope="col" className={index > 0 ? "end" : undefined}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {figures.rows.map(({ key, cells }) => (
            <tr key={key}>
              <th scope="row">{cells[0]}</th>
              {cells.slice(1).map((cell, index) => (
                <td key={figures.headers[index + 1]} className="end numeric">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The width that a picture has, so that its text is as large as the page's. */
export function useWidth(initial = 640) {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(initial);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry && entry.contentRect.width > 0) setWidth(Math.round(entry.contentRect.width));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width] as const;
}
