//! The filters that are measured, by name.

use filters::{
    BoxBlur, Derivative, Element, GaussianBlur, GradientMagnitude, Laplacian, Morphology,
    Precision, Rank, Recipe, Shape, UnsharpMask,
};
use kernels::extrema::Extremum;

const SIZES: [u32; 7] = [3, 5, 7, 11, 15, 31, 121];

/// Every filter that has a kernel of its own, in some sizes.
pub fn recipes() -> Vec<(String, Box<dyn Recipe>)> {
    let mut recipes: Vec<(String, Box<dyn Recipe>)> = Vec::new();
    for size in SIZES {
        // Wide for the size, so that no tap rounds to 0 in 8 bits and is left out; but the smallest as
        // OpenCV has them by default.
        let sigma = if size > 5 { f64::from(size) / 3.0 } else { 0.0 };
        let (sigma, kernel_size) = ((sigma, sigma), (size, size));
        let blur = GaussianBlur { sigma, kernel_size, ..Default::default() };
        recipes.push((format!("gaussian-{size}"), Box::new(blur)));
    }
    for sigma in [5.0, 20.0, 100.0] {
        let precision = Precision::Fast;
        let blur = GaussianBlur { sigma: (sigma, sigma), precision, ..Default::default() };
        recipes.push((format!("fast-{sigma}"), Box::new(blur)));
    }
    for size in [3, 11, 101] {
        recipes.push((format!("box-{size}"), Box::new(BoxBlur::new((size, size)))));
    }
    for size in [3, 5, 7, 9, 11, 15, 21, 51] {
        recipes.push((format!("median-{size}"), Box::new(Rank::median((size, size)))));
    }
    for (name, shape, size) in [
        ("erode-3", Shape::Rectangle, 3),
        ("erode-31", Shape::Rectangle, 31),
        ("erode-255", Shape::Rectangle, 255),
        ("erode-cross-3", Shape::Cross, 3),
        ("erode-ellipse-15", Shape::Ellipse, 15),
        ("erode-ellipse-51", Shape::Ellipse, 51),
    ] {
        let element = Element::new(shape, (size, size), None).expect("an element");
        let erode = Morphology { extremum: Extremum::Least, element, border: None };
        recipes.push((name.into(), Box::new(erode)));
    }
    recipes.push(("sobel-3".into(), Box::new(Derivative::default())));
    recipes.push(("laplacian-3".into(), Box::new(Laplacian { size: 3, ..Default::default() })));
    recipes.push(("gradient-3".into(), Box::new(GradientMagnitude::default())));
    let unsharp = UnsharpMask { sigma: (2.0, 2.0), ..Default::default() };
    recipes.push(("unsharp-2".into(), Box::new(unsharp)));
    recipes
}
