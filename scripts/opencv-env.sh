# Where the crate `opencv` finds Debian's OpenCV without its pkg-config file, which only the large
# package libopencv-dev has. Source this before cargo touches crates/conformance.
multiarch=$(gcc -print-multiarch)
export OPENCV_LINK_LIBS=opencv_imgproc,opencv_core
export OPENCV_LINK_PATHS=/usr/lib/$multiarch
export OPENCV_INCLUDE_PATHS=/usr/include/opencv4,/usr/include/$multiarch/opencv4
export OPENCV_DISABLE_PROBES=pkg_config,cmake,vcpkg_cmake,vcpkg
unset multiarch
