//! Point operations are what their definitions say on every instruction set and in any pieces, and what
//! `OpenCV` computes where it has them.

mod alone;
mod channels;
mod curves;
mod harness;
mod joined;
mod numbers;
mod refused;
