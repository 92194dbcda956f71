//! Words of trade and places that many names share, in English, Russian, Chinese and a few other languages: `trading`, `торговый`
//! and `贸易` are one concept, and say little about which company it is.

use std::collections::HashMap;
use std::sync::LazyLock;

/// One concept a line: the English word first.
const TRADE: &str = "\
bank banking banc banco banque banca banka банк 银行 بنك مصرف بانک
trading trade trade tradeco torgovy torgovaya torgovyi торговый торговая торговля 贸易 商贸 经贸 comercio commerce commercial 商业
import imports importing импорт 进口
export exports exporting экспорт 出口
impex importexport 进出口
industry industries industrial industrie industria industriya промышленность промышленный 工业 实业 产业
group groupe gruppe grupo gruppa группа 集团 جماعة مجموعة
holding holdings холдинг 控股
international intl intern inter internacional internationale международный международная 国际
technology technologies technological tech technik tekhnologiya технологии технология технологический 科技 技术
electronics electronic elektronik electro электроника электронный 电子
electric electrical electricity elektrik электрический 电气 电力 电器
investment investments invest investing инвест инвестиции инвестиционный 投资
finance financial finans финанс финансовый 金融 财务
insurance strakhovaya страховая страхование 保险
engineering engineers инжиниринг 工程
construction constructions build building builders stroy строй строительство строительный 建设 建筑 建工
development devel развитие 发展 开发
shipping ship ships maritime marine судоходство морской 航运 海运 船务 船舶
logistics logistic логистика логистический 物流 货运
transport transportation transports транспорт транспортный 运输 交通
oil petroleum petrol neft нефть нефтяной 石油 石化
gas gaz газ газовый 天然气 燃气
energy energia energo энергия энерго энергетический 能源
chemical chemicals chemistry khim химический химия 化工 化学
steel stal сталь 钢铁 钢
metal metals metallurgy metallurgical металл металлургический 金属 冶金
mining mine mines горный 矿业
aviation avia airlines airline air aviatsiya авиация авиа авиационный 航空
aerospace space космический 航天
automobile automotive auto car motors motor авто автомобильный 汽车
machine machinery machines mashinostroenie машиностроение 机械 机器
equipment оборудование 设备 装备
instrument instruments prib прибор приборостроительный 仪器 仪表
factory plant works zavod завод 工厂 厂
research научный исследовательский 研究 研究院 研究所
institute institut институт 学院
university universitet университет 大学
science sciences scientific наука 科学
service services servis сервис 服务
system systems система системы 系统
network networks сеть 网络
information informatics информационный 信息
communication communications telecom telecommunications telekom связь телеком 通信 通讯 电信
software soft программный 软件
computer computers компьютер 计算机 电脑
medical medicine медицинский 医疗 医药
pharmaceutical pharma pharmaceuticals фарма фармацевтический 制药 药业
hospital больница 医院
food foods пищевой 食品
agriculture agricultural agro агро сельскохозяйственный 农业
textile textiles текстиль 纺织
real estate property properties недвижимость 房地产 置业 地产
management управление 管理
consulting consultants consultancy консалтинг 咨询
media медиа 传媒 媒体
culture cultural культура 文化
security охрана безопасность 安全 保安
foundation fund fond trust фонд 基金 基金会 مؤسسة
islamic islami islamiya islamiyah islamiyya исламский اسلامي اسلامية اسلامی إسلامية إسلامي 伊斯兰
army جيش армия 军
organization organisation organizatsiya организация 组织 منظمة
society obshchestvo общество 学会 جمعية
movement harakat harakah движение حركة
party partiya партия 党 حزب
agency agentstvo агентство 代理
charity charitable charities благотворительный خيرية الخيرية
relief welfare aid humanitarian помощь إغاثة
committee komitet комитет 委员会
council совет 理事会
ministry ministerstvo министерство وزارة
department dept департамент
office buro bureau бюро 办公室
lines line линия
port seaport порт 港口
travel tourism туризм 旅游
sea ocean море 海洋
credit кредит 信贷
capital капитал 资本
business бизнес
partners partnership партнеры
brothers bros brothers братья
front фронт جبهة
brigade brigades бригада كتيبة
republic республика 共和国 جمهورية
people peoples народный 人民
military военный 军事
defense defence оборона 国防 دفاع
exchange exchanges sarafi صرافی صرافي صرافة обмен
company 公司
enterprise enterprises предприятие 企业
association union ассоциация союз 协会 联合会
center centre центр 中心
store shop магазин 商店 商场
hotel отель гостиница 酒店 宾馆
material materials материал материалы 材料
product products продукция 产品 制品
precision precise 精密
environment environmental экологический 环保 环境
new novy новый 新
supply supplies supplier снабжение 供应 供应链
general всеобщий 总
national natsionalny национальный 国家
state gosudarstvenny государственный 国有
east eastern vostok восток восточный 东方
west western zapad запад 西部
north northern sever север северный 北方
south southern yug юг южный 南方
central tsentralny центральный 中央
global world mir всемирный 世界 环球 全球
limited";

/// Countries, regions and cities of China that begin a company's name; the English or pinyin word first.
const PLACES: &str = "\
china chinese китай китайский 中国 中华
beijing peking пекин 北京
shanghai шанхай 上海
tianjin tientsin 天津
chongqing chungking 重庆
shenzhen 深圳
guangzhou canton 广州
guangdong 广东
hangzhou 杭州
zhejiang 浙江
jiangsu 江苏
nanjing 南京
suzhou 苏州
wuxi 无锡
shandong 山东
jinan 济南
qingdao tsingtao 青岛
dalian 大连
liaoning 辽宁
shenyang 沈阳
jilin 吉林
changchun 长春
heilongjiang 黑龙江
harbin 哈尔滨
hebei 河北
shijiazhuang 石家庄
henan 河南
zhengzhou 郑州
hubei 湖北
wuhan 武汉
hunan 湖南
changsha 长沙
sichuan 四川
chengdu 成都
yunnan 云南
kunming 昆明
guizhou 贵州
shaanxi 陕西
xian 西安
shanxi 山西
taiyuan 太原
fujian 福建
fuzhou 福州
xiamen amoy 厦门
ningbo 宁波
wenzhou 温州
anhui 安徽
hefei 合肥
jiangxi 江西
nanchang 南昌
guangxi 广西
hainan 海南
xinjiang 新疆
tibet xizang 西藏
gansu 甘肃
lanzhou 兰州
qinghai 青海
ningxia 宁夏
mongolia 蒙古 内蒙古
dongguan 东莞
foshan 佛山
zhuhai 珠海
hongkong 香港
macau macao 澳门
taiwan 台湾
taipei 台北
iran iranian иран иранский 伊朗 ایران ايران
russia russian rossiya россия российский российская 俄罗斯
ukraine ukrainian украина
korea korean 朝鲜 韩国
pyongyang 平壤
syria syrian سوريا
iraq iraqi العراق عراق
cuba cuban
usa america american us
uk britain british
germany german deutschland deutsche
france french
italy italian
spain spanish espana
japan japanese nippon 日本
india indian
europe european
asia asian 亚洲
africa african
moscow moskva москва московский
petersburg петербург
dubai دبي
london
singapore 新加坡
mexico
colombia
turkey turkish
saudi arabia arabian
ireland sweden denmark finland norway netherlands switzerland schweiz austria belgium nederland";

static TABLE: LazyLock<HashMap<&str, (u16, bool)>> = LazyLock::new(|| {
    let mut out = HashMap::new();
    let mut number = 0_u16;
    for (lines, place) in [(TRADE, false), (PLACES, true)] {
        for line in lines.lines() {
            for word in line.split_whitespace() {
                out.entry(word).or_insert((number, place));
                // The last line lists countries of no other language here: each is its own concept.
                if line.starts_with("ireland") {
                    number += 1;
                }
            }
            number += 1;
        }
    }
    out
});

/// The Chinese words of both tables, longest first, with what they stand for.
pub(crate) static CHINESE: LazyLock<Vec<(&str, u16)>> = LazyLock::new(|| {
    let han = |word: &str| word.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let mut out: Vec<(&str, u16)> = TABLE
        .iter()
        .filter(|(word, _)| han(word) && word.chars().count() > 1)
        .map(|(word, it)| (*word, it.0))
        .collect();
    out.sort_by_key(|(word, _)| (std::cmp::Reverse(word.len()), *word));
    out
});

/// The number of the concept a word stands for.
pub(crate) fn concept(word: &str) -> Option<u16> {
    TABLE.get(word).map(|it| it.0)
}

/// Whether a word is a place.
pub(crate) fn is_place(word: &str) -> bool {
    TABLE.get(word).is_some_and(|it| it.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_trade_in_three_languages_is_one_concept() {
        assert_eq!(concept("trading"), concept("贸易"));
        assert_eq!(concept("bank"), concept("банк"));
        assert_ne!(concept("bank"), concept("贸易"));
        assert_ne!(concept("sweden"), concept("denmark"));
        assert!(is_place("上海"));
    }
}
