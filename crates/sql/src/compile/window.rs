use super::Writer;
use crate::dialect::Join;
use crate::{
    AggregateFunction, Bound, Error, Exclude, Expression, Frame, FrameUnit, Result, Window, WindowFunction,
    Windowed,
};

impl Writer {
    pub(super) fn window(&mut self, window: &Window) -> Result<()> {
        match &window.function {
            Windowed::Aggregate(aggregate) => self.typed(aggregate, |writer| writer.over(window)),
            Windowed::Function(..) => self.over(window),
        }
    }

    fn over(&mut self, window: &Window) -> Result<()> {
        match &window.function {
            Windowed::Aggregate(aggregate) if aggregate.distinct || !aggregate.order.is_empty() => {
                return Err(Error::invalid(
                    "an aggregate over a window has no `distinct` and no order of its own",
                ));
            }
            Windowed::Aggregate(aggregate)
                if aggregate.function == AggregateFunction::Join && self.dialect.join == Join::Literal =>
            {
                return Err(Error::unsupported(self.dialect.name, "join of the texts of a window"));
            }
            Windowed::Aggregate(aggregate) => self.plain_aggregate(aggregate)?,
            Windowed::Function(WindowFunction::Lag | WindowFunction::Lead, arguments)
                if arguments.len() == 3 && !self.dialect.window_default =>
            {
                return self.with_default(window);
            }
            Windowed::Function(
                function @ (WindowFunction::PercentRank | WindowFunction::CumulativeDistribution),
                arguments,
            ) if arguments.is_empty() && !self.dialect.exact_ranks => {
                return self.exact_rank(*function, window);
            }
            // A frame changes nothing, where it is not an error.
            Windowed::Function(function, arguments)
                if !function.sees_frame() && !self.dialect.exact_ranks =>
            {
                self.window_function(*function, arguments)?;
                return self.over_all_rows(window);
            }
            Windowed::Function(function, arguments) => self.window_function(*function, arguments)?,
        }
        self.over_rows(window)
    }

    /// A rank between 0 and 1, computed from counts.
    fn exact_rank(&mut self, function: WindowFunction, window: &Window) -> Result<()> {
        let before = self.parameters;
        let rows = self.apart(|writer| writer.over_all_rows(window))?;
        let all = Window { order: Vec::new(), frame: None, ..window.clone() };
        // The partition's parameters are those of the rows, where they come first.
        let after = std::mem::replace(&mut self.parameters, before);
        let all = self.apart(|writer| writer.over_rows(&all))?;
        self.parameters = after;
        self.push(&match function {
            WindowFunction::PercentRank => format!(
                "CASE WHEN count(*){all} > 1 THEN (rank(){rows} - 1) * 1e0 / (count(*){all} - 1) ELSE 0e0 END"
            ),
            _ => format!("(count(*){rows} * 1e0 / count(*){all})"),
        });
        Ok(())
    }

    /// The value of another row or, where there is none, of a default, for databases that cannot say so: there, a number that
    /// each row has is NULL.
    fn with_default(&mut self, window: &Window) -> Result<()> {
        let Windowed::Function(function, arguments) = &window.function else { return Ok(()) };
        let [value, distance, default] = [0, 1, 2].map(|place| {
            let argument = arguments.get(place).cloned().unwrap_or(Expression::Literal(0));
            self.apart(|writer| writer.expression(&argument))
        });
        let (value, distance, default) = (value?, distance?, default?);
        let rows = self.apart(|writer| writer.over_all_rows(window))?;
        let name = if *function == WindowFunction::Lag { "lag" } else { "lead" };
        self.push(&format!(
            "CASE WHEN {name}(1, {distance}){rows} IS NULL THEN {default} ELSE {name}({value}, {distance}){rows} END"
        ));
        Ok(())
    }

    /// Without the frame, which is written to see that it could be.
    fn over_all_rows(&mut self, window: &Window) -> Result<()> {
        if let Some(frame) = &window.frame {
            self.apart(|writer| writer.frame(frame))?;
        }
        self.over_rows(&Window { frame: None, ..window.clone() })
    }

    fn over_rows(&mut self, window: &Window) -> Result<()> {
        self.push(" OVER (");
        if !window.partition.is_empty() {
            self.push("PARTITION BY ");
            self.separated(", ", &window.partition, Writer::key)?;
        }
        if !window.partition.is_empty() && !window.order.is_empty() {
            self.push(" ");
        }
        self.order_list(&window.order)?;
        if let Some(frame) = &window.frame {
            self.push(if window.partition.is_empty() && window.order.is_empty() { "" } else { " " });
            self.frame(frame)?;
        }
        self.push(")");
        Ok(())
    }

    fn window_function(&mut self, function: WindowFunction, arguments: &[Expression]) -> Result<()> {
        if !function.arity().contains(&arguments.len()) {
            let given = arguments.len();
            return Err(Error::invalid(format!("{function:?} does not take {given} arguments")));
        }
        self.push(match function {
            WindowFunction::RowNumber => "row_number(",
            WindowFunction::Rank => "rank(",
            WindowFunction::DenseRank => "dense_rank(",
            WindowFunction::PercentRank => "percent_rank(",
            WindowFunction::CumulativeDistribution => "cume_dist(",
            WindowFunction::Tile => "ntile(",
            WindowFunction::Lag => "lag(",
            WindowFunction::Lead => "lead(",
            WindowFunction::First => "first_value(",
            WindowFunction::Last => "last_value(",
            WindowFunction::Nth => "nth_value(",
        });
        self.separated(", ", arguments.iter().enumerate(), |writer, (place, argument)| {
            match writer.dialect.window_count.filter(|_| function.counts_at() == Some(place)) {
                Some(integer) => {
                    writer.push("CAST(");
                    writer.expression(argument)?;
                    writer.push(" AS ");
                    writer.push(integer);
                    writer.push(")");
                    Ok(())
                }
                None => writer.expression(argument),
            }
        })?;
        self.push(")");
        Ok(())
    }

    fn frame(&mut self, frame: &Frame) -> Result<()> {
        if frame.unit == FrameUnit::Groups && !self.dialect.frame_groups {
            return Err(Error::unsupported(self.dialect.name, "window frame that counts groups"));
        }
        self.push(match frame.unit {
            FrameUnit::Rows => "ROWS BETWEEN ",
            FrameUnit::Range => "RANGE BETWEEN ",
            FrameUnit::Groups => "GROUPS BETWEEN ",
        });
        self.bound(&frame.start)?;
        self.push(" AND ");
        self.bound(&frame.end)?;
        let Some(exclude) = frame.exclude else { return Ok(()) };
        if !self.dialect.frame_exclude {
            return Err(Error::unsupported(self.dialect.name, "window frame that leaves out rows"));
        }
        self.push(match exclude {
            Exclude::CurrentRow => " EXCLUDE CURRENT ROW",
            Exclude::Group => " EXCLUDE GROUP",
            Exclude::Ties => " EXCLUDE TIES",
        });
        Ok(())
    }

    fn bound(&mut self, bound: &Bound) -> Result<()> {
        let (distance, words) = match bound {
            Bound::UnboundedPreceding => (None, "UNBOUNDED PRECEDING"),
            Bound::Preceding(distance) => (Some(distance), " PRECEDING"),
            Bound::CurrentRow => (None, "CURRENT ROW"),
            Bound::Following(distance) => (Some(distance), " FOLLOWING"),
            Bound::UnboundedFollowing => (None, "UNBOUNDED FOLLOWING"),
        };
        if let Some(distance) = distance {
            if !self.dialect.frame_parameters && !matches!(distance, Expression::Literal(0..)) {
                return Err(Error::unsupported(
                    self.dialect.name,
                    "window frame whose distances are not numbers in the text of the statement",
                ));
            }
            self.operand(distance)?;
        }
        self.push(words);
        Ok(())
    }
}
