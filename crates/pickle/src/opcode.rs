//! The table of all opcodes: everything else about the wire format follows from it.
//!
//! Source: CPython's `Lib/pickletools.py` and `Modules/_pickle.c`.

/// How an opcode's argument is written in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArgumentKind {
    /// No argument.
    None,
    /// One byte, unsigned.
    Uint1,
    /// Two bytes, unsigned, little-endian.
    Uint2,
    /// Four bytes, unsigned, little-endian.
    Uint4,
    /// Eight bytes, unsigned, little-endian.
    Uint8,
    /// Four bytes, signed, little-endian.
    Int4,
    /// A one-byte length and that many bytes of two's complement, little-endian.
    Long1,
    /// A four-byte signed length and that many bytes of two's complement.
    Long4,
    /// Eight bytes, IEEE 754, big-endian.
    Float8,
    /// A line of decimal text; `00` and `01` are bools for `INT`.
    DecimalLine,
    /// A line of decimal text with an optional final `L`.
    LongLine,
    /// A line with a float in decimal text.
    FloatLine,
    /// A line with a quoted string with escapes.
    StringLine,
    /// A line of ASCII text taken as it is.
    PlainLine,
    /// Two lines of text taken as they are.
    LinePair,
    /// A line in raw-unicode-escape.
    UnicodeLine,
    /// A Python 2 string with a one-byte length.
    String1,
    /// A Python 2 string with a four-byte signed length.
    String4,
    /// Bytes with a one-byte length.
    Bytes1,
    /// Bytes with a four-byte length.
    Bytes4,
    /// Bytes with an eight-byte length.
    Bytes8,
    /// A bytearray with an eight-byte length.
    ByteArray8,
    /// UTF-8 with a one-byte length.
    Unicode1,
    /// UTF-8 with a four-byte length.
    Unicode4,
    /// UTF-8 with an eight-byte length.
    Unicode8,
}

/// What an opcode expects or leaves on the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StackItem {
    /// The mark.
    Mark,
    /// Everything above the mark.
    Slice,
    /// Any object.
    Any,
    /// `None`.
    None,
    /// A bool.
    Bool,
    /// An int.
    Int,
    /// An int or a bool.
    IntOrBool,
    /// A float.
    Float,
    /// A str.
    Str,
    /// A Python 2 string: str or bytes, as the reader's encoding says.
    BytesOrStr,
    /// Bytes.
    Bytes,
    /// A bytearray.
    ByteArray,
    /// An out-of-band buffer.
    Buffer,
    /// A list.
    List,
    /// A tuple.
    Tuple,
    /// A dict.
    Dict,
    /// A set.
    Set,
    /// A frozenset.
    FrozenSet,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct OpcodeInfo {
    /// The opcode.
    pub opcode: Opcode,
    /// The byte in the stream.
    pub byte: u8,
    /// CPython's name, such as `SHORT_BINUNICODE`.
    pub name: &'static str,
    /// How the argument is written.
    pub argument: ArgumentKind,
    /// The protocol that introduced it.
    pub protocol: u8,
    /// What it takes from the stack, top last.
    pub before: &'static [StackItem],
    /// What it leaves there.
    pub after: &'static [StackItem],
    /// What it does, in one line.
    pub doc: &'static str,
}

macro_rules! opcodes {
    ($($variant:ident = $byte:literal, $name:literal, $argument:ident, $protocol:literal, [$($before:ident),*] => [$($after:ident),*], $doc:literal;)*) => {
        /// An opcode of the pickle machine.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Opcode {
            $(#[doc = $doc] $variant = $byte,)*
        }

        /// All 68 opcodes, in the order of `pickletools.opcodes`.
        pub static OPCODES: [OpcodeInfo; 68] = [$(OpcodeInfo {
            opcode: Opcode::$variant,
            byte: $byte,
            name: $name,
            argument: ArgumentKind::$argument,
            protocol: $protocol,
            before: &[$(StackItem::$before),*],
            after: &[$(StackItem::$after),*],
            doc: $doc,
        }),*];

        /// A look-up is what the machines spend their time with: a table is faster than a `match`.
        static BY_BYTE: [Option<Opcode>; 256] = {
            let mut table = [None; 256];
            $(table[$byte as usize] = Some(Opcode::$variant);)*
            table
        };

        impl Opcode {
            /// The opcode that `byte` stands for, if any.
            #[inline]
            pub const fn from_byte(byte: u8) -> Option<Self> {
                BY_BYTE[byte as usize]
            }

            /// The byte in the stream.
            #[inline]
            pub const fn byte(self) -> u8 {
                self as u8
            }

            /// How its argument is written.
            #[inline]
            pub const fn argument(self) -> ArgumentKind {
                match self {
                    $(Self::$variant => ArgumentKind::$argument,)*
                }
            }

            /// CPython's name, such as `SHORT_BINUNICODE`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

#[rustfmt::skip]
opcodes! {
    Int = b'I', "INT", DecimalLine, 0, [] => [IntOrBool], "An integer, or the bools `00` and `01`, as a line of decimal text.";
    BinInt = b'J', "BININT", Int4, 1, [] => [Int], "A four-byte signed integer.";
    BinInt1 = b'K', "BININT1", Uint1, 1, [] => [Int], "A one-byte unsigned integer.";
    BinInt2 = b'M', "BININT2", Uint2, 1, [] => [Int], "A two-byte unsigned integer.";
    Long = b'L', "LONG", LongLine, 0, [] => [Int], "An integer as a line of decimal text with a final `L`.";
    Long1 = 0x8a, "LONG1", Long1, 2, [] => [Int], "An integer in up to 255 bytes of two's complement.";
    Long4 = 0x8b, "LONG4", Long4, 2, [] => [Int], "An integer in up to 2³¹ − 1 bytes of two's complement.";
    String = b'S', "STRING", StringLine, 0, [] => [BytesOrStr], "A Python 2 string, quoted and escaped, on a line.";
    BinString = b'T', "BINSTRING", String4, 1, [] => [BytesOrStr], "A Python 2 string with a four-byte signed length.";
    ShortBinString = b'U', "SHORT_BINSTRING", String1, 1, [] => [BytesOrStr], "A Python 2 string with a one-byte length.";
    BinBytes = b'B', "BINBYTES", Bytes4, 3, [] => [Bytes], "Bytes with a four-byte length.";
    ShortBinBytes = b'C', "SHORT_BINBYTES", Bytes1, 3, [] => [Bytes], "Bytes with a one-byte length.";
    BinBytes8 = 0x8e, "BINBYTES8", Bytes8, 4, [] => [Bytes], "Bytes with an eight-byte length.";
    ByteArray8 = 0x96, "BYTEARRAY8", ByteArray8, 5, [] => [ByteArray], "A bytearray with an eight-byte length.";
    NextBuffer = 0x97, "NEXT_BUFFER", None, 5, [] => [Buffer], "The next out-of-band buffer.";
    ReadonlyBuffer = 0x98, "READONLY_BUFFER", None, 5, [Buffer] => [Buffer], "Makes the buffer on top read-only.";
    None = b'N', "NONE", None, 0, [] => [None], "`None`.";
    NewTrue = 0x88, "NEWTRUE", None, 2, [] => [Bool], "`True`.";
    NewFalse = 0x89, "NEWFALSE", None, 2, [] => [Bool], "`False`.";
    Unicode = b'V', "UNICODE", UnicodeLine, 0, [] => [Str], "A string in raw-unicode-escape on a line.";
    ShortBinUnicode = 0x8c, "SHORT_BINUNICODE", Unicode1, 4, [] => [Str], "A UTF-8 string with a one-byte length.";
    BinUnicode = b'X', "BINUNICODE", Unicode4, 1, [] => [Str], "A UTF-8 string with a four-byte length.";
    BinUnicode8 = 0x8d, "BINUNICODE8", Unicode8, 4, [] => [Str], "A UTF-8 string with an eight-byte length.";
    Float = b'F', "FLOAT", FloatLine, 0, [] => [Float], "A float as a line of decimal text.";
    BinFloat = b'G', "BINFLOAT", Float8, 1, [] => [Float], "A float in eight bytes, big-endian.";
    EmptyList = b']', "EMPTY_LIST", None, 1, [] => [List], "A new list.";
    Append = b'a', "APPEND", None, 0, [List, Any] => [List], "Appends the top to the list below it.";
    Appends = b'e', "APPENDS", None, 1, [List, Mark, Slice] => [List], "Appends everything above the mark to the list below it.";
    List = b'l', "LIST", None, 0, [Mark, Slice] => [List], "A list of everything above the mark.";
    EmptyTuple = b')', "EMPTY_TUPLE", None, 1, [] => [Tuple], "The empty tuple.";
    Tuple = b't', "TUPLE", None, 0, [Mark, Slice] => [Tuple], "A tuple of everything above the mark.";
    Tuple1 = 0x85, "TUPLE1", None, 2, [Any] => [Tuple], "A tuple of the top item.";
    Tuple2 = 0x86, "TUPLE2", None, 2, [Any, Any] => [Tuple], "A tuple of the top two items.";
    Tuple3 = 0x87, "TUPLE3", None, 2, [Any, Any, Any] => [Tuple], "A tuple of the top three items.";
    EmptyDict = b'}', "EMPTY_DICT", None, 1, [] => [Dict], "A new dict.";
    Dict = b'd', "DICT", None, 0, [Mark, Slice] => [Dict], "A dict of the pairs above the mark.";
    SetItem = b's', "SETITEM", None, 0, [Dict, Any, Any] => [Dict], "Puts the top pair into the dict below it.";
    SetItems = b'u', "SETITEMS", None, 1, [Dict, Mark, Slice] => [Dict], "Puts the pairs above the mark into the dict below it.";
    EmptySet = 0x8f, "EMPTY_SET", None, 4, [] => [Set], "A new set.";
    AddItems = 0x90, "ADDITEMS", None, 4, [Set, Mark, Slice] => [Set], "Adds everything above the mark to the set below it.";
    FrozenSet = 0x91, "FROZENSET", None, 4, [Mark, Slice] => [FrozenSet], "A frozenset of everything above the mark.";
    Pop = b'0', "POP", None, 0, [Any] => [], "Drops the top item, or the mark when it is on top.";
    Dup = b'2', "DUP", None, 0, [Any] => [Any, Any], "Pushes the top item again.";
    Mark = b'(', "MARK", None, 0, [] => [Mark], "Sets a mark.";
    PopMark = b'1', "POP_MARK", None, 1, [Mark, Slice] => [], "Drops everything down to the mark.";
    Get = b'g', "GET", DecimalLine, 0, [] => [Any], "Pushes a memo entry, index in decimal text.";
    BinGet = b'h', "BINGET", Uint1, 1, [] => [Any], "Pushes a memo entry, one-byte index.";
    LongBinGet = b'j', "LONG_BINGET", Uint4, 1, [] => [Any], "Pushes a memo entry, four-byte index.";
    Put = b'p', "PUT", DecimalLine, 0, [] => [], "Stores the top in the memo, index in decimal text.";
    BinPut = b'q', "BINPUT", Uint1, 1, [] => [], "Stores the top in the memo, one-byte index.";
    LongBinPut = b'r', "LONG_BINPUT", Uint4, 1, [] => [], "Stores the top in the memo, four-byte index.";
    Memoize = 0x94, "MEMOIZE", None, 4, [Any] => [Any], "Stores the top in the memo at the number of its entries.";
    Ext1 = 0x82, "EXT1", Uint1, 2, [] => [Any], "An object of the extension registry, one-byte code.";
    Ext2 = 0x83, "EXT2", Uint2, 2, [] => [Any], "An object of the extension registry, two-byte code.";
    Ext4 = 0x84, "EXT4", Int4, 2, [] => [Any], "An object of the extension registry, four-byte signed code.";
    Global = b'c', "GLOBAL", LinePair, 0, [] => [Any], "A global, module and name on two lines.";
    StackGlobal = 0x93, "STACK_GLOBAL", None, 4, [Str, Str] => [Any], "A global, module and name from the stack.";
    Reduce = b'R', "REDUCE", None, 0, [Any, Any] => [Any], "Calls a callable with a tuple of arguments.";
    Build = b'b', "BUILD", None, 0, [Any, Any] => [Any], "Gives the object below it the state on top.";
    Inst = b'i', "INST", LinePair, 0, [Mark, Slice] => [Any], "An instance, class named on two lines, arguments above the mark.";
    Obj = b'o', "OBJ", None, 1, [Mark, Any, Slice] => [Any], "An instance, class and arguments above the mark.";
    NewObj = 0x81, "NEWOBJ", None, 2, [Any, Any] => [Any], "`cls.__new__(cls, *args)`.";
    NewObjEx = 0x92, "NEWOBJ_EX", None, 4, [Any, Any, Any] => [Any], "`cls.__new__(cls, *args, **kwargs)`.";
    Proto = 0x80, "PROTO", Uint1, 2, [] => [], "Names the protocol.";
    Stop = b'.', "STOP", None, 0, [Any] => [], "Ends the pickle; the top is the value.";
    Frame = 0x95, "FRAME", Uint8, 4, [] => [], "Announces the length of the next frame.";
    PersId = b'P', "PERSID", PlainLine, 0, [] => [Any], "An object by persistent id on a line.";
    BinPersId = b'Q', "BINPERSID", None, 1, [Any] => [Any], "An object by persistent id from the stack.";
}

impl Opcode {
    /// The opcode's row in the table.
    pub fn info(self) -> &'static OpcodeInfo {
        let row = OPCODES.iter().find(|row| row.opcode == self);
        row.unwrap_or(&OPCODES[0]) // every opcode has a row: both come from one macro
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_reachable_by_its_byte_and_name() {
        for row in &OPCODES {
            assert_eq!(Opcode::from_byte(row.byte), Some(row.opcode));
            assert_eq!(row.opcode.info().name, row.name);
            assert_eq!(row.opcode.byte(), row.byte);
            assert!(row.protocol <= 5);
        }
    }

    #[test]
    fn there_are_68_opcodes() {
        let known = (0..=u8::MAX).filter(|byte| Opcode::from_byte(*byte).is_some());
        assert_eq!(known.count(), OPCODES.len());
    }
}
