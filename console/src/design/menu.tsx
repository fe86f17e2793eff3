import { Link, type LinkProps } from "@tanstack/react-router";
import { type KeyboardEvent, type ReactNode, useId, useRef } from "react";
import { Icon, type IconName } from "./icon";

/** The next or previous thing in the menu that can have the focus. */
function move(event: KeyboardEvent<HTMLElement>) {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
  const step = steps[event.key];
  if (!step) return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("a, button, input, select")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + step + items.length) % items.length]?.focus();
  event.preventDefault();
}

/** A button with a popover below it: the platform closes it, and CSS puts it beside its button. */
export function Menu({
  label,
  icon,
  children,
  className = "button",
  text,
  start,
}: {
  label: string;
  icon?: IconName;
  text?: ReactNode;
  className?: string;
  start?: boolean;
  children: ReactNode;
}) {
  const id = useId();
  const ref = useRef<HTMLDivElement>(null);
  return (
    <>
      <button
        type="button"
        className={className}
        popoverTarget={id}
        aria-label={text ? undefined : label}
        aria-haspopup="true"
        title={text ? undefined : label}
      >
        {icon && <Icon name={icon} />}
        {text}
      </button>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys are a convenience beside Tab. */}
      <div
        ref={ref}
        id={id}
        popover="auto"
        className={`menu ${start ? "menu-start" : ""}`}
        onKeyDown={move}
        onToggle={(event) => {
          if (event.newState === "open") ref.current?.querySelector<HTMLElement>("a, button, input")?.focus();
        }}
        onClick={(event) => {
          // A choice closes the menu; a check box or a form in it does not.
          if ((event.target as HTMLElement).closest("[data-closes]")) ref.current?.hidePopover();
        }}
      >
        {children}
      </div>
    </>
  );
}

export function MenuItem({
  icon,
  danger,
  children,
  onSelect,
}: {
  icon?: IconName;
  danger?: boolean;
  children: ReactNode;
  onSelect: () => void;
}) {
  return (
    <button type="button" data-closes className={`menu-item ${danger ? "menu-danger" : ""}`} onClick={onSelect}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export function MenuLink({ icon, children, ...link }: { icon?: IconName; children: ReactNode } & LinkProps) {
  return (
    <Link data-closes className="menu-item" {...(link as LinkProps)}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  );
}
