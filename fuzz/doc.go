// Package fuzz holds the laws of the whole: fuzz targets, each of which states
// one in its comment, over bytes from nowhere and over histories that a fake
// Slack might have sent. There is nothing to import.
package fuzz
