import { BlockList, isIP } from 'node:net'
import { Remembered } from '../tables/remembered.ts'

/** The nodes of a content delivery network, and clients of theirs that come again and again. */
const remembered = { textsMax: 1_024, lengthMax: 45 }

const MAPPED = /^::ffff:([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)$/i

/** The proxies in front of this one, whose forwarding fields are believed. */
export class TrustedPeers {
  readonly #networks = new BlockList()
  readonly #isEmpty: boolean
  readonly #known = new Remembered((address) => this.#find(address), remembered)

  /**
   * @param networks `address/bits`, or an address alone
   * @throws Error when an entry is neither
   */
  constructor(networks: readonly string[]) {
    this.#isEmpty = networks.length === 0
    for (const network of networks) this.#add(network)
  }

  /** @param address of any origin; what is not an address is not trusted */
  includes(address: string): boolean {
    return !this.#isEmpty && this.#known.of(address)
  }

  #find(address: string): boolean {
    const family = isIP(address)
    return family !== 0 && this.#networks.check(address, family === 6 ? 'ipv6' : 'ipv4')
  }

  #add(network: string): void {
    const [address = '', bits, ...rest] = network.split('/')
    const family = isIP(address)
    const width = family === 6 ? 128 : 32
    const prefix = bits === undefined ? width : /^[0-9]{1,3}$/.test(bits) ? Number(bits) : -1
    if (family === 0 || rest.length > 0 || prefix < 0 || prefix > width) {
      throw new Error(`Not a network such as 10.0.0.0/8 or fd00::/8: "${network}"`)
    }
    this.#networks.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4')
  }
}

/** IPv4 seen through an IPv6 socket (`::ffff:192.0.2.1`) as IPv4; other text as it is. */
export function plainAddress(address: string): string {
  return MAPPED.exec(address)?.[1] ?? address
}
