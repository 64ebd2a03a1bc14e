use super::{Tag, Walk};
use crate::{Bound, Frame, Window, Windowed};

impl<'a> Walk<'a, '_> {
    pub(super) fn window(&mut self, window: &'a Window) {
        self.shape.push(Tag::Window);
        match &window.function {
            Windowed::Aggregate(aggregate) => self.aggregate(aggregate),
            Windowed::Function(function, arguments) => {
                self.shape.numbers([Tag::Function as u32, *function as u32]);
                self.list(arguments);
            }
        }
        self.list(&window.partition);
        self.order(&window.order);
        match &window.frame {
            None => self.shape.push(Tag::None),
            Some(frame) => self.frame(frame),
        }
    }

    fn frame(&mut self, frame: &'a Frame) {
        let exclude = frame.exclude.map_or(0, |exclude| 1 + exclude as u32);
        self.shape.numbers([Tag::Some as u32, frame.unit as u32, exclude]);
        for bound in [&frame.start, &frame.end] {
            let (kind, distance) = match bound {
                Bound::UnboundedPreceding => (0, None),
                Bound::Preceding(distance) => (1, Some(distance)),
                Bound::CurrentRow => (2, None),
                Bound::Following(distance) => (3, Some(distance)),
                Bound::UnboundedFollowing => (4, None),
            };
            self.shape.number(kind);
            if let Some(distance) = distance {
                self.expression(distance);
            }
        }
    }
}
