/** Web Mercator as the map uses it: the whole world is a square of side 1. */

const EARTH_M = 40075016.686;
const RAD = Math.PI / 180;

/** @param {number} lon degrees */
export const mercatorX = (lon) => (lon + 180) / 360;

/** @param {number} lat degrees */
export const mercatorY = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * RAD) / 2)) / (2 * Math.PI);

/** The latitude of a Mercator y. @param {number} y */
export const latitude = (y) => (2 * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - Math.PI / 2) / RAD;

/** How much of the world's side one metre takes at a latitude. @param {number} lat */
export const perMetre = (lat) => 1 / (EARTH_M * Math.cos(lat * RAD));

/** Distance in metres between two close positions. @param {number} lat @param {number} dx @param {number} dy in Mercator */
export const metres = (lat, dx, dy) => Math.hypot(dx, dy) / perMetre(lat);
