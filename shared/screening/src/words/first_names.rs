//! First names that are forms of one another: short forms, and the same name in several languages.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A group a line. Forms that folding brings together (Mohammed, Muhammad) need no line.
const GROUPS: &str = "\
william bill billy will willy guillermo guillaume wilhelm
robert bob bobby rob robbie roberto
richard dick rick ricky ricardo
james jim jimmy jaime
john jon johnny jack juan jean johann johannes hans giovanni ivan jan
joseph joe jose giuseppe josef yosef
michael mike mick mikhail miguel michel michele mihail
edward ed eddie ted eduardo eduard
charles charlie chuck carlos karl carl carlo
thomas tom tommy tomas
daniel dan danny
david dave davide
steven steve stephen stefan esteban etienne stepan
alexander alex alexandre alejandro aleksandr alessandro sasha aleksander oleksandr
nicholas nick nicolas nikolai nikolay mykola nicola
peter pete pedro pierre pyotr petr pietro petro
paul pablo pavel paolo pavlo
george jorge georg georges georgy giorgio yuri
andrew andy andrei andrey andres andre andreas andriy
anthony tony antonio anton antoine
benjamin ben benny bibi
christopher chris christoph cristobal
matthew matt mateo matteo mathieu
samuel sam sammy
gregory greg grigory gregorio
elizabeth liz beth betty isabel elisabeth
margaret maggie peggy margarita
katherine kate kathy catherine ekaterina katarina
vladimir volodymyr vova wladimir
dmitry dmitri dmytro dima
sergey serhiy serge sergio
eugene evgeny yevgeny
michelle michele
leonard leo leonid
frederick fred friedrich federico
henry harry heinrich enrique henri
lawrence larry lorenzo laurent
francis frank francisco francois francesco
louis luis luigi ludwig
lewis lou
philip phil felipe philippe
patrick pat patricio
ronald ron ronnie
donald don donny
kenneth ken kenny
timothy tim
victor viktor vittorio
maria mary marie mariya
anna ann anne ana hanna
julia yulia julie
helen elena yelena olena
natalia natalya natasha nataliya
theodore fyodor fedor ted teddy
vincent vincenzo vicente";

static TABLE: LazyLock<HashMap<&str, u128>> = LazyLock::new(|| {
    let mut out: HashMap<&str, u128> = HashMap::new();
    for (number, line) in GROUPS.lines().enumerate() {
        for name in line.split(' ') {
            *out.entry(name).or_default() |= 1 << number;
        }
    }
    out
});

/// The groups a name belongs to, as bits: `Ted` is Edward or Theodore.
pub(crate) fn groups(name: &str) -> u128 {
    TABLE.get(name).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::groups;

    #[test]
    fn short_forms_belong_to_the_long_ones() {
        assert_ne!(groups("bill") & groups("william"), 0);
        assert_ne!(groups("ted") & groups("theodore"), 0);
        assert_eq!(groups("bill") & groups("robert"), 0);
        assert_eq!(groups("xi"), 0);
    }
}
