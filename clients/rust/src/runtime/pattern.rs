/// A regular expression as a table that reads UTF-8. A state is where its row begins in `next`; from there, a
/// byte `b` leads to `next[state + class[b]]`. `next[state]` is 1 if the text may end there.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) class: [u8; 256],
    pub(crate) start: u16,
    pub(crate) next: &'static [u16],
}

impl Pattern {
    pub(crate) fn matches(&self, text: &str) -> bool {
        let step =
            |state: u16, byte: u8| self.next[usize::from(state) + usize::from(self.class[usize::from(byte)])];
        self.next[usize::from(text.bytes().fold(self.start, step))] == 1
    }
}
