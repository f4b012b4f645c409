/** What `gigapx --help` prints. */
export const help = `Filters images that are larger than memory.

Usage
  gigapx info IN [--json] [--raw LAYOUT]
  gigapx run IN OUT [FILTER [--option VALUE ...] [! FILTER ...]] [options]

Filters
  gaussian-blur
    --sigma N | X,Y             standard deviation in pixels
    --kernel-size N | X,Y       taps, odd; one of the two may be left out
    --border MODE               reflect101 (default), replicate, reflect, wrap, constant:VALUE
  crop
    --left N --top N            the first column and row, from 0 (default 0)
    --width N --height N        columns and rows (default: to the edge)

Options
  --raw WxHxC:DEPTH             IN is bare pixels, e.g. 80000x60000x1:uint8; xC and :DEPTH may be left out;
                                depths: uint8, uint16, int16, int32, float32
  --access MODE                 how IN is read: auto (default), mmap, pread
  --format FORMAT               raw or tiff (default: by the extension of OUT)
  --tile-size N | X,Y           tiles of a TIFF, multiples of 16 (default 512)
  --big-tiff auto|yes|no        64-bit offsets (default auto: if needed)
  --no-sync                     do not wait until OUT is safe on its disk
  --threads N                   the most threads (default: all processors)
  --memory-limit BYTES          working memory, with K, M or G for KiB, MiB or GiB (default 256M)
  --json                        print one line of JSON, and no progress
  -h, --help    -V, --version

Exit status
  0 done, 64 usage, 65 bad input, 70 defect, 73 cannot create OUT, 74 input or output failed,
  130 interrupted, 143 terminated

Example
  gigapx run in.tif out.tif gaussian-blur --sigma 2.2 ! crop --width 1024 --height 1024
`
