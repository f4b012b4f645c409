/** What `gigapx --help` prints. */
export const help = `Filters images that are larger than memory.

Usage
  gigapx info IN [--json] [--raw LAYOUT]
  gigapx run IN OUT [FILTER [--option VALUE ...] [! FILTER ...]] [options]
  gigapx explain IN OUT [FILTER ...]          what that would do, in how much memory
  gigapx stats IN [FILTER ...] [options]      least and greatest sample, mean, deviation, sum

Filters
  gaussian-blur
    --sigma N | X,Y             standard deviation in pixels
    --kernel-size N | X,Y       taps, odd; one of the two may be left out
    --precision MODE            exact (default), fast
  box-blur
    --size N | X,Y              columns and rows
    --normalize true|false      divide the sum by the area (default true)
  convolve
    --kernel "A,B;C,D"          rows of numbers, not flipped
    --scale N                   what they are multiplied by (default 1)
  convolve-separable
    --horizontal A,B,..         the factor along a row
    --vertical A,B,..           the factor down a column
  sobel
    --dx N --dy N               orders of the derivative (default 0; one must be above 0)
    --size N                    of the kernel, odd, 1 to 31 (default 3)
  scharr
    --dx N --dy N               one is 1, the other 0 (default 0)
  laplacian
    --size N                    of the kernel, odd, 1 to 31 (default 1)
  gradient-magnitude
    --operator NAME             sobel (default), scharr
    --size N                    of sobel's kernel, odd, 1 to 31 (default 3)
  median
    --size N | X,Y              columns and rows, odd, 1 to 255
  rank
    --size N | X,Y              columns and rows, odd, 1 to 255
    --index N                   of the sorted samples, from 0 for the smallest; or
    --percentile N              0 to 100
  unsharp-mask
    --sigma N | X,Y             standard deviation in pixels
    --kernel-size N | X,Y       taps, odd (default: by sigma)
    --amount N                  of what is added (default 1)
    --threshold N               the least difference that is sharpened (default 0)
  erode
  dilate
  morphology
    --operation NAME            open, close, gradient, topHat, blackHat, hitOrMiss
  minimum
  maximum
  linear
    --scale N --offset N        sample * scale + offset (default 1, 0)
  cast
  abs
  negate
  gamma
    --exponent N                of samples as parts of the largest: below 1 brightens
  pow
    --exponent N
  log
  exp
  sqrt
  clamp
    --min N --max N             what samples are kept within
  threshold
    --level N | otsu            samples above it are told from the others; otsu finds it first
    --max N                     what becomes of those (default: the largest)
    --type TYPE                 binary (default), binary-inverse, truncate, to-zero, to-zero-inverse
  recombine
    --matrix "A,B,C;D,E,F"      a row of weights for each channel of the result
  grayscale
  extract-channel
    --channel N                 from 0
  normalise
    --lower N --upper N         percentiles that become the ends of the range (default 0, 100)
    --low N --high N            the range (default: 0 to the largest value)
    --per-channel true|false    each channel by itself (default false)
  equalize
  flip
  flop
  transpose
  rotate90
    --turns N                   clockwise (default 1)
  pad
    --left N --top N --right N --bottom N
  crop
    --left N --top N            the first column and row, from 0 (default 0)
    --width N --height N        columns and rows (default: to the edge)

  The filters up to unsharp-mask, and pad, take
    --border MODE               reflect101 (default; pad: constant:0;
                                median and rank: replicate), replicate, reflect, wrap, constant:VALUE
  erode, dilate and morphology take, of minimum and maximum only the first,
    --size N | X,Y              columns and rows
    --shape NAME                rectangle (default), cross, ellipse
    --kernel "A,B;C,D"          1 or 0 (hitOrMiss: or -1) in place of a size
    --anchor X,Y                the column and row that lie on the pixel (default: the middle)
    --iterations N              of each erosion and dilation (default 1)
    --border MODE               as above, or ignore, the default of erode, dilate and morphology
  box-blur, the convolutions, the derivatives, linear, cast, pow, log, exp, sqrt, recombine
  and normalise take
    --depth DEPTH               of the result
  normalise, equalize and threshold --level otsu first look at the whole image, in a pass of its own
  linear, gamma, pow, clamp and threshold take one number, or one for each channel: A,B,C
  the convolutions, sobel, scharr and laplacian take
    --offset N                  what is added to the result (default 0)
  sobel, scharr, laplacian and gradient-magnitude take
    --scale N                   what the result is multiplied by (default 1)

Options
  --raw WxHxC:DEPTH             IN is bare pixels, e.g. 80000x60000x1:uint8; xC and :DEPTH may be left out;
                                depths: uint8, uint16, int16, int32, float32
  --access MODE                 how IN is read: auto (default), mmap, pread
  --format FORMAT               raw, tiff, png, jpeg, webp, pnm, pfm, npy, deepzoom (default: by the extension of OUT)
  --compression NAME            of a TIFF: none (default), lzw, deflate, zstd, jpeg, webp
  --level N                     deflate: 1 to 12 (default 6); zstd: 1 to 22 (default 3); a PNG: 1 to 9 (default 6)
  --quality N                   jpeg: 1 to 100 (default 80); webp: the same (default: lossless)
  --chroma-subsampling S        jpeg: 4:2:0 (default), 4:4:4
  --predictor true|false        pack differences (default true for lzw, deflate and zstd)
  --pyramid LAYOUT              smaller copies in a TIFF too: chain, cog, ome
  --decimation NAME             of smaller copies: mean (default), gaussian
  --tile-size N | X,Y           tiles of a TIFF, multiples of 16 (default 512), or of DeepZoom (254)
  --tile-format NAME            of DeepZoom: jpeg (default), png, webp
  --overlap N                   of tiles of DeepZoom (default 1)
  --rows-per-strip N            strips instead of tiles
  --big-tiff auto|yes|no        64-bit offsets (default auto: if needed)
  --keep [NAMES]                what IN says of its image and is so of OUT too: all, or some of
                                icc,resolution,xmp,description,ome,geo,origin
  --no-sync                     do not wait until OUT is safe on its disk
  --threads N                   the most threads (default: all processors)
  --memory-limit BYTES          working memory, with K, M or G for KiB, MiB or GiB (default 256M)
  --json                        print one line of JSON, and no progress
  -h, --help    -V, --version

Exit status
  0 done, 64 usage, 65 bad input, 70 defect, 73 cannot create OUT, 74 input or output failed,
  130 interrupted, 143 terminated

Example
  gigapx run in.tif out.tif gaussian-blur --sigma 2.2 ! sobel --dx 1 ! crop --width 1024 --height 1024
`
