/** The drawings beside words: 16 by 16, in the colour of the text around them, and silent for screen readers. */
const PATHS = {
  table: 'M2.5 3.5h11v9h-11zM2.5 6.5h11M6.5 6.5v6',
  plus: 'M8 3v10M3 8h10',
  key: 'M8.5 8a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM8.5 8h5M12 8v2.5',
  people:
    'M8 6a2.25 2.25 0 1 1-4.5 0A2.25 2.25 0 0 1 8 6zM1.5 13c0-2.2 1.9-3.5 4.25-3.5S10 10.8 10 13M10.5 4a2.2 2.2 0 0 1 0 4.2M11.5 9.8c1.8.300 3 1.5 3 3.2',
  gear: 'M8 10.25a2.25 2.25 0 1 0 0-4.5 2.25 2.25 0 0 0 0 4.5zM8 1.75v2M8 12.25v2M14.25 8h-2M3.75 8h-2M12.4 3.6 11 5M5 11l-1.4 1.4M12.4 12.4 11 11M5 5 3.6 3.6',
  menu: 'M2.5 4h11M2.5 8h11M2.5 12h11',
  down: 'M4.5 6.5 8 10l3.5-3.5',
  right: 'M6.5 4.5 10 8l-3.5 3.5',
  left: 'M9.5 4.5 6 8l3.5 3.5',
  up: 'M8 12.5v-9M4.5 7 8 3.5 11.5 7',
  arrowdown: 'M8 3.5v9M4.5 9 8 12.5 11.5 9',
  sort: 'M5 3.5v9M2.5 10 5 12.5 7.5 10M11 12.5v-9M8.5 6 11 3.5 13.5 6',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  link: 'M6.5 9.5l3-3M7 4.5l1-1a3 3 0 0 1 4.5 4.5l-1 1M9 11.5l-1 1A3 3 0 0 1 3.5 8l1-1',
  trash: 'M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.5 9h6l.5-9',
  pencil: 'M3 13l.7-3L10.5 3.2l2.3 2.3L6 12.3z',
  filter: 'M2.5 3.5h11L9.5 8.5v4l-3 1v-5z',
  code: 'M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5',
  upload: 'M8 10.5v-8M4.5 6 8 2.5 11.5 6M2.5 10.5v3h11v-3',
  download: 'M8 2.5v8M4.5 7 8 10.5 11.5 7M2.5 10.5v3h11v-3',
  person: 'M10.75 5.25a2.75 2.75 0 1 1-5.5 0 2.75 2.75 0 0 1 5.5 0zM2.5 13.5c0-2.8 2.5-4 5.5-4s5.5 1.2 5.5 4',
  check: 'M3 8.5 6.5 12 13 4.5',
  box: 'M3.5 3.5h9v9h-9z',
  close: 'M4 4l8 8M12 4l-8 8',
  book: 'M2.5 3.5h4A1.5 1.5 0 0 1 8 5v8.5a1.5 1.5 0 0 0-1.5-1.5h-4zM13.5 3.5h-4A1.5 1.5 0 0 0 8 5v8.5A1.5 1.5 0 0 1 9.5 12h4z',
  search: 'M11 7a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM10 10l3.5 3.5',
  expand: 'M9.5 2.5h4v4M13.5 2.5 9 7M6.5 13.5h-4v-4M2.5 13.5 7 9',
  exit: 'M6.5 2.5h-4v11h4M6.5 8h7M10.5 5l3 3-3 3',
  clock: 'M8 14a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM8 4.500V8l2.500 1.500',
  project: 'M2.5 4.5v8h11v-6.5h-6l-1.5-2h-3.5z',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  )
}

/** The key on its tile, as in public/favicon.svg. */
export function Mark() {
  return <img class="mark" src="/favicon.svg" alt="" width="24" height="24" />
}
