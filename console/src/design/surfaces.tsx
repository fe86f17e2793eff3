import { Link, type LinkProps } from "@tanstack/react-router";
import { type ReactNode, useEffect, useId } from "react";
import { Icon, type IconName } from "./icon";

/** A page: its title (also the document's), what it is for in one sentence, and what can be done. */
export function Page({
  title,
  heading,
  lead,
  actions,
  above,
  narrow,
  children,
}: {
  title: string;
  heading?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  above?: ReactNode;
  narrow?: boolean;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Chancery`;
  }, [title]);
  return (
    <div className={`page ${narrow ? "page-narrow" : ""}`}>
      <header className="page-header">
        <div className="page-title">
          {above}
          <h1>{heading ?? title}</h1>
          {lead && <div className="page-lead">{lead}</div>}
        </div>
        {actions && <div className="row">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** The way back to the list that a detail belongs to. */
export function Back({ children, ...link }: { children: ReactNode } & LinkProps) {
  return (
    <nav className="breadcrumb" aria-label="Breadcrumb">
      <Link {...(link as LinkProps)}>{children}</Link>
    </nav>
  );
}

export function Panel({
  title,
  lead,
  actions,
  flush,
  foot,
  children,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  /** The content brings its own edges (a table). */
  flush?: boolean;
  foot?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id}>
      <div className="panel-head">
        <h2 id={id}>{title}</h2>
        {actions && <div className="row">{actions}</div>}
      </div>
      {lead && <div className="panel-lead">{lead}</div>}
      <div className={flush ? "panel-flush" : "panel-body"}>{children}</div>
      {foot && <div className="panel-foot">{foot}</div>}
    </section>
  );
}

/** Names and values, as a description list. A value that is empty is left out. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="facts">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (children === null || children === undefined || children === "" || children === false) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Nothing here yet, why, and what to do about it. */
export function Empty({
  icon,
  title,
  children,
  actions,
}: {
  icon: IconName;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <strong>{title}</strong>
      {children && <p>{children}</p>}
      {actions && <div className="row">{actions}</div>}
    </div>
  );
}

export function Loading({ label = "Loading", rows = 4 }: { label?: string; rows?: number }) {
  return (
    <div className="stack" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike and never change places.
        <div key={index} className="skeleton" />
      ))}
    </div>
  );
}

export function Code({ children, wrap }: { children: string; wrap?: boolean }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keyboard.
    <code className={`code ${wrap ? "code-wrap" : ""}`} tabIndex={0}>
      {children}
    </code>
  );
}
