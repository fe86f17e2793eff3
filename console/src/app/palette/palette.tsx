import { useRouter } from "@tanstack/react-router";
import { Fragment, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { Icon } from "~/design/icon";
import { plural } from "~/design/time";
import { type Found, useFound } from "./sources";

/** One field over everything: a combobox whose list is always open (ARIA APG). */
export default function Palette({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useId();
  const router = useRouter();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const { found, searching } = useFound(text);
  const active = Math.min(at, Math.max(0, found.length - 1));

  useEffect(() => {
    const before = document.activeElement;
    const shown = dialog.current;
    shown?.showModal();
    shown?.querySelector("input")?.focus();
    return () => {
      shown?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  useEffect(() => {
    document.getElementById(`${list}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [active, list]);

  const go = (one: Found | undefined) => {
    if (!one) return;
    onClose();
    void router.navigate({ href: one.to });
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt((active + step + found.length) % Math.max(1, found.length));
    } else if (event.key === "Enter") {
      go(found[active]);
    } else {
      return;
    }
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it as well.
    <dialog
      ref={dialog}
      className="dialog palette"
      aria-label="Search"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={() => !dialog.current?.open && onClose()}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className="palette-input">
        <Icon name="search" />
        <input
          role="combobox"
          aria-label="Search certificates, pages and actions"
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={found.length ? `${list}-${active}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          placeholder="A name, a serial number, a page"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={keys}
        />
        {searching && <span className="spinner" aria-hidden="true" />}
      </div>
      <div className="palette-list" id={list} role="listbox" aria-label="Found">
        {found.map((one, index) => (
          <Fragment key={one.group + one.key}>
            {one.group !== found[index - 1]?.group && (
              <div className="palette-heading" role="presentation">
                {one.group}
              </div>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys. */}
            {/* biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field. */}
            <div
              role="option"
              id={`${list}-${index}`}
              aria-selected={index === active}
              className="palette-option"
              onMouseMove={() => setAt(index)}
              onClick={() => go(one)}
            >
              <Icon name={one.icon} />
              <span className="cell-clip">{one.text}</span>
              {one.note && <small>{one.note}</small>}
            </div>
          </Fragment>
        ))}
      </div>
      {found.length === 0 && !searching && <p className="empty muted">Nothing is called that.</p>}
      <div className="palette-foot">
        <span>
          <kbd>↑</kbd> <kbd>↓</kbd> choose
        </span>
        <span>
          <kbd>Enter</kbd> open
        </span>
        <span>
          <kbd>Esc</kbd> close
        </span>
      </div>
      <span className="visually-hidden" aria-live="polite">
        {plural(found.length, "result")}
      </span>
    </dialog>
  );
}
