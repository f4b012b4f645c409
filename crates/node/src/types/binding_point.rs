use filters::PointRecipe;
use filters::point::{
    Abs, Arithmetic, ArithmeticKind, Blend, Boolean, BooleanKind, Cast, Clamp, Compare, Exp,
    ExtractChannel, Gamma, Grayscale, JoinChannels, Linear, Log, Lut, Negate, Not, Operand, Pow,
    Recombine, Relation, Select, Sqrt, Threshold, ThresholdKind, Value,
};
use napi_derive::napi;

use super::{parse_depth, parse_output};
use crate::error::{Thrown, invalid_argument};

/// A point operation. Numbers are one for all channels, or one for each.
#[napi(object)]
pub struct BindingPoint {
    /// As on the command line.
    pub operation: String,
    /// Of the result; the operation's choice if not given.
    pub depth: Option<String>,
    /// What an operation of two has in place of a second image.
    pub constant: Option<Vec<f64>>,
    pub scale: Option<Vec<f64>>,
    pub offset: Option<Vec<f64>>,
    pub level: Option<Vec<f64>>,
    pub min: Option<Vec<f64>>,
    pub max: Option<Vec<f64>>,
    pub alpha: Option<Vec<f64>>,
    pub beta: Option<Vec<f64>>,
    pub gamma: Option<Vec<f64>>,
    pub exponent: Option<Vec<f64>>,
    /// Which kind of threshold.
    pub kind: Option<String>,
    /// Tables of a look-up, or rows of a matrix.
    pub rows: Option<Vec<Vec<f64>>>,
    pub channel: Option<u32>,
}

impl BindingPoint {
    pub(crate) fn convert(self) -> Result<Box<dyn PointRecipe>, Thrown> {
        let depth = parse_output(self.depth.as_deref())?;
        let name = self.operation.as_str();
        if let Some(kind) = arithmetic(name) {
            let (with, scale) = (with(self.constant), value("scale", self.scale)?);
            return Ok(Box::new(Arithmetic { kind, with, scale, depth }));
        }
        if let Some(relation) = relation(name) {
            return Ok(Box::new(Compare { relation, with: with(self.constant) }));
        }
        if let Some(kind) = boolean(name) {
            return Ok(Box::new(Boolean { kind, with: with(self.constant) }));
        }
        Ok(match name {
            "linear" => Box::new(Linear {
                scale: value("scale", self.scale)?,
                offset: value("offset", self.offset)?,
                depth,
            }),
            "cast" => Box::new(Cast(parse_depth(self.depth.as_deref().unwrap_or_default())?)),
            "abs" => Box::new(Abs),
            "negate" => Box::new(Negate),
            "not" => Box::new(Not),
            "gamma" => Box::new(Gamma { exponent: value("exponent", self.exponent)? }),
            "pow" => Box::new(Pow { exponent: value("exponent", self.exponent)?, depth }),
            "log" => Box::new(Log { depth }),
            "exp" => Box::new(Exp { depth }),
            "sqrt" => Box::new(Sqrt { depth }),
            "clamp" => {
                Box::new(Clamp { min: value("min", self.min)?, max: value("max", self.max)? })
            }
            "threshold" => Box::new(Threshold {
                level: value("level", self.level)?,
                max: value("max", self.max)?,
                kind: threshold(self.kind.as_deref().unwrap_or_default())?,
            }),
            "lut" => Box::new(Lut { table: self.rows.unwrap_or_default(), depth }),
            "blend" => Box::new(Blend {
                with: with(self.constant),
                alpha: value("alpha", self.alpha)?,
                beta: value("beta", self.beta)?,
                gamma: value("gamma", self.gamma)?,
            }),
            "recombine" => Box::new(Recombine { matrix: self.rows.unwrap_or_default(), depth }),
            "grayscale" => Box::new(Grayscale),
            "extract-channel" => {
                Box::new(ExtractChannel { channel: self.channel.unwrap_or_default() })
            }
            "join-channels" => Box::new(JoinChannels),
            "select" => Box::new(Select),
            _ => {
                return Err(invalid_argument(format!("expected an operation but received {name}")));
            }
        })
    }
}

fn value(name: &str, numbers: Option<Vec<f64>>) -> Result<Value, Thrown> {
    match numbers.as_deref() {
        Some([number]) => Ok(Value::All(*number)),
        Some([_, ..]) => Ok(Value::Each(numbers.unwrap_or_default())),
        _ => Err(invalid_argument(format!("expected a number for {name} but received none"))),
    }
}

fn with(constant: Option<Vec<f64>>) -> Operand {
    match constant.as_deref() {
        None => Operand::Image,
        Some([number]) => Operand::Constant(Value::All(*number)),
        Some(_) => Operand::Constant(Value::Each(constant.unwrap_or_default())),
    }
}

fn arithmetic(name: &str) -> Option<ArithmeticKind> {
    Some(match name {
        "add" => ArithmeticKind::Add,
        "subtract" => ArithmeticKind::Subtract,
        "multiply" => ArithmeticKind::Multiply,
        "divide" => ArithmeticKind::Divide,
        "abs-diff" => ArithmeticKind::AbsDiff,
        "min" => ArithmeticKind::Min,
        "max" => ArithmeticKind::Max,
        _ => return None,
    })
}

fn relation(name: &str) -> Option<Relation> {
    Some(match name {
        "equal" => Relation::Equal,
        "not-equal" => Relation::NotEqual,
        "less" => Relation::Less,
        "less-equal" => Relation::LessEqual,
        "greater" => Relation::Greater,
        "greater-equal" => Relation::GreaterEqual,
        _ => return None,
    })
}

fn boolean(name: &str) -> Option<BooleanKind> {
    Some(match name {
        "and" => BooleanKind::And,
        "or" => BooleanKind::Or,
        "xor" => BooleanKind::Xor,
        "shift-left" => BooleanKind::ShiftLeft,
        "shift-right" => BooleanKind::ShiftRight,
        _ => return None,
    })
}

fn threshold(name: &str) -> Result<ThresholdKind, Thrown> {
    Ok(match name {
        "binary" => ThresholdKind::Binary,
        "binary-inverse" => ThresholdKind::BinaryInverse,
        "truncate" => ThresholdKind::Truncate,
        "to-zero" => ThresholdKind::ToZero,
        "to-zero-inverse" => ThresholdKind::ToZeroInverse,
        _ => return Err(invalid_argument(format!("expected a threshold but received {name}"))),
    })
}
