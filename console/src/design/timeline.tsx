import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon";

/** What happened, in order. */
export function Timeline({ children }: { children: ReactNode }) {
  return <ol className="timeline">{children}</ol>;
}

export function Moment({
  icon,
  tone = "quiet",
  title,
  children,
}: {
  icon: IconName;
  tone?: "good" | "bad" | "warn" | "info" | "quiet";
  title: ReactNode;
  children?: ReactNode;
}) {
  return (
    <li className={`timeline-${tone}`}>
      <span className="timeline-dot">
        <Icon name={icon} />
      </span>
      <div>
        <div>{title}</div>
        {children && <div className="secondary">{children}</div>}
      </div>
    </li>
  );
}
