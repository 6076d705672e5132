import { createElement, type ReactElement, type SVGProps } from 'react'

type IconData = { name: string; node: [string, Record<string, string>][] }
type IconProps = SVGProps<SVGSVGElement> & { size?: number | string }

/** makeIcon stands in for createLucideIcon of lucide-react (see vite.config.ts): the same pictures without what we do not use. */
export default function makeIcon({ name, node }: IconData) {
  return function Icon({ size = 24, className = '', ...rest }: IconProps): ReactElement {
    return createElement('svg', { xmlns: 'http://www.w3.org/2000/svg', width: size, height: size, viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor', strokeWidth: 2, strokeLinecap: 'round', strokeLinejoin: 'round', className: `lucide lucide-${name} ${className}`, ...rest },
      node.map(([tag, attributes]) => createElement(tag, attributes)))
  }
}
