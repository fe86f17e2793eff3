import { Link, type LinkProps } from "@tanstack/react-router";
import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Icon, type IconName } from "./icon";

type Look = "plain" | "primary" | "danger" | "danger-solid" | "quiet";

interface Style {
  look?: Look;
  small?: boolean;
  icon?: IconName;
}

function classesOf({ look = "plain", small }: Style, more = "") {
  return ["button", look !== "plain" && `button-${look}`, small && "button-small", more].filter(Boolean).join(" ");
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement>, Style {
  /** Shows that the work is under way and takes no second click. */
  busy?: boolean;
}

export function Button({ look, small, icon, busy, children, className, disabled, ...rest }: ButtonProps) {
  return (
    <button type="button" className={classesOf({ look, small }, className)} disabled={disabled || busy} {...rest}>
      {busy ? <span className="spinner" aria-hidden="true" /> : icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A button that is only an icon; its name is read out and shown as a tooltip. */
export function IconButton({
  icon,
  label,
  small,
  look = "quiet",
  ...rest
}: { icon: IconName; label: string } & Omit<ButtonProps, "icon" | "children">) {
  return (
    <button
      type="button"
      className={classesOf({ look, small }, "button-icon")}
      aria-label={label}
      title={label}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}

/** Goes to another page of the console, looking like a button. */
export function LinkButton({ look, small, icon, children, ...rest }: Style & LinkProps & { children: ReactNode }) {
  return (
    <Link className={classesOf({ look, small })} {...(rest as LinkProps)}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  );
}
