//! Chinese characters: one variant of each, pinyin with the readings that family names and places have, other spellings.

use std::collections::HashMap;
use std::sync::LazyLock;

use pinyin::{ToPinyin, ToPinyinMulti};

use super::wade_giles;

/// Traditional and simplified in pairs, those of names and companies. Source: the General List of Simplified Characters of 1986.
const VARIANTS: &str = "國国學学東东車车馬马長长門门開开關关業业華华漢汉語语說说話话時时書书會会來来對对電电動动機机術术醫医藥药\
實实際际產产廠厂廣广場场聯联經经濟济貿贸運运輸输進进遠远達达連连銀银鐵铁鋼钢鋁铝銅铜鑫鑫鎮镇鄉乡縣县島岛灣湾濱滨瀋沈遼辽寧宁\
陝陕蘇苏滬沪贛赣閩闽粵粤瓊琼雲云貴贵龍龙鳳凤龜龟魚鱼鳥鸟鷹鹰雞鸡麥麦黃黄黨党齊齐齒齿陳陈張张劉刘楊杨趙赵吳吴孫孙鄭郑馮冯鄧邓\
許许葉叶蔣蒋賈贾韋韦閻阎鍾钟譚谭陸陆範范盧卢顧顾龔龚萬万錢钱湯汤黎黎賴赖龐庞顏颜倫伦魯鲁項项饒饶駱骆簡简蕭萧羅罗謝谢鄒邹嚴严\
單单歐欧樂乐鮑鲍鄔邬衛卫韓韩偉伟傑杰麗丽紅红軍军強强剛刚勝胜輝辉義义誠诚興兴寶宝慶庆榮荣賢贤學学澤泽潤润綱纲維维練练綫线\
線线織织紡纺緯纬紀纪級级純纯紙纸納纳細细組组終终結结給给絡络統统綜综綠绿緒绪編编網网總总績绩繼继續续電电視视訊讯訂订計计記记\
設设許许評评試试詩诗詢询該该誌志認认課课調调論论證证識识譯译護护讀读變变讓让貝贝財财責责賢贤貨货質质費费資资賓宾賞赏賽赛購购\
贊赞趙赵跡迹軟软轉转輪轮輛辆載载較较輕轻輯辑農农這这過过還还邊边鄰邻釋释針针鈴铃鉛铅鋒锋錄录錦锦鍋锅鎢钨鏈链鏡镜鐘钟鑽钻\
閃闪閉闭間间閣阁闊阔陽阳陰阴隊队階阶險险隨随難难離离雜杂雙双霧雾靈灵靜静頁页順顺須须預预頓顿領领頭头題题類类願愿風风飛飞\
飯饭飲饮館馆養养餘余駕驾騰腾驗验驚惊體体鬥斗鮮鲜鹽盐點点齡龄壽寿夢梦處处備备個个倉仓價价優优儀仪億亿儲储內内兩两劃划創创\
勞劳勢势區区協协參参員员問问啟启喬乔單单嘉嘉圍围園园圓圆圖图團团塊块報报壓压壯壮壇坛壢坜娛娱孫孙寧宁專专尋寻導导屆届層层屬属\
岡冈嶺岭巖岩師师帶带帥帅幣币幫帮幹干庫库廳厅廢废張张彈弹後后從从復复徵征德德恆恒悅悦愛爱態态慮虑憲宪應应懷怀戰战戲戏戶户\
拋抛採采揚扬換换損损搖摇擁拥擇择擊击據据擴扩攝摄擺摆敵敌數数斷断無无舊旧昇升曉晓暉晖曆历條条楓枫極极構构槍枪樣样標标樓楼\
樹树橋桥檢检權权歡欢歲岁歷历歸归殘残氣气沖冲沒没況况淨净淚泪淺浅減减渦涡測测湊凑溫温滄沧滅灭滿满漁渔漲涨潔洁潛潜澤泽濕湿\
濤涛瀏浏瀘泸灘滩災灾煉炼煙烟熱热燈灯營营爐炉爾尔牆墙狀状獎奖獨独獲获獻献現现瑪玛環环瓏珑甌瓯畫画異异當当療疗發发髮发皓皓\
盤盘監监眾众碩硕礦矿礎础禮礼種种積积穩稳窯窑競竞筆笔築筑節节籌筹籃篮糧粮約约紹绍經经羅罗聖圣聞闻聲声職职聽听肅肃脈脉腦脑\
臨临臺台台台舉举艦舰藝艺蘭兰號号蟲虫衝冲補补裝装裡里裏里製制複复見见規规覺觉覽览觀观觸触訓训託托詹詹譽誉豐丰豬猪費费賀贺\
貿贸賬账軌轨軸轴辦办適适選选遺遗郵邮釀酿鉅巨錶表鎂镁鎳镍銷销鋪铺錫锡鍵键閱阅閘闸隴陇雋隽響响頌颂頻频顯显飾饰騎骑駿骏鬆松\
鴻鸿鵬鹏鶴鹤鷗鸥麵面齋斋佈布併并係系侖仑俠侠倆俩傳传傷伤債债僅仅僑侨儉俭冊册凱凯刪删則则勵励勳勋匯汇滙汇卻却厲厉叢丛吶呐\
嗎吗嘯啸噴喷嚮向堅坚塵尘墾垦奧奥婦妇媽妈寬宽審审寫写將将屜屉峽峡崗岗嶼屿巒峦廟庙彌弥徑径憶忆懸悬戀恋擔担擬拟晝昼晉晋楨桢\
榮荣槓杠櫃柜欄栏欽钦毀毁氫氢氬氩涼凉漸渐潁颍瀾澜燦灿燁烨犧牺瑋玮瑤瑶璽玺瓊琼畢毕痙痉皚皑睏困祿禄禎祯禪禅穎颖窮穷筍笋粵粤\
綉绣緩缓縱纵繁繁繪绘罷罢翹翘聰聪膚肤膠胶臘腊艷艳莊庄蘆芦蘊蕴虛虚蝦虾術术襲袭訪访諾诺謀谋謙谦豔艳貫贯賜赐躍跃軒轩輔辅遊游\
遞递鄖郧醬酱鈞钧鈦钛鈺钰鉑铂銘铭銳锐鋰锂錢钱鎖锁鏵铧鐸铎鑄铸鑒鉴鑑鉴闆板闡阐陣阵隸隶雛雏韻韵頒颁頗颇頡颉飄飘駐驻驛驿鬱郁\
為为爲为東东啓启徐徐鄺邝鄢鄢龍龙滿满碼码絲丝雖虽樸朴櫻樱濰潍灤滦瀟潇煒炜煥焕燕燕稅税竇窦繡绣聶聂蔔卜薩萨虞虞蟬蝉衞卫褲裤覓觅諸诸誼谊賢贤贏赢轟轰釗钊鉀钾錨锚鎊镑鏢镖閆闫閩闽關关陞升雙双韜韬頤颐顔颜颶飓馳驰駝驼鯉鲤鯨鲸鵝鹅鷺鹭麟麟黌黉";

/// Family names read otherwise than the character alone, from the usual dictionaries of polyphones (多音字姓氏).
const FAMILY: &str = "单 shan 解 xie 仇 qiu 任 ren 曾 zeng 查 zha 区 ou 盖 ge 朴 piao 翟 zhai 尉 wei 员 yun 乐 yue 折 she 种 chong \
覃 qin 缪 miao 燕 yan 葛 ge 纪 ji 华 hua 宁 ning 洗 xian 冼 xian 秘 bi 繁 po 车 che 隗 wei 祭 zhai 逄 pang 过 guo 哈 ha 黑 he \
召 shao 那 na 娄 lou 柏 bai 贾 jia 石 shi 沈 shen 长 zhang 盛 sheng 晟 cheng 詹 zhan 晁 chao 褚 chu 阚 kan 訾 zi 郗 xi 谌 chen \
牟 mou 令 ling 强 qiang 干 gan 万 wan 俞 yu 於 yu 行 xing 臧 zang 盍 ge 应 ying 宿 su 曲 qu 幺 yao 占 zhan 能 nai 适 kuo 重 chong \
仉 zhang 乜 nie 佴 nai 卜 bu 厍 she 呙 guo 句 gou 妫 gui 咎 jiu 炅 gui 眭 sui 芮 rui 虢 guo 钭 tou 麴 qu 亓 qi 郇 xun 殷 yin 叶 ye";

/// Two-character family names with their reading.
const COMPOUND: &str = "欧阳 ouyang 司马 sima 上官 shangguan 诸葛 zhuge 夏侯 xiahou 司徒 situ 东方 dongfang 独孤 dugu 慕容 murong \
令狐 linghu 尉迟 yuchi 长孙 zhangsun 宇文 yuwen 皇甫 huangfu 公孙 gongsun 轩辕 xuanyuan 端木 duanmu 南宫 nangong 呼延 huyan \
司空 sikong 万俟 moqi 澹台 tantai 濮阳 puyang 淳于 chunyu 单于 chanyu 太史 taishi 申屠 shentu 闻人 wenren 赫连 helian 拓跋 tuoba \
百里 baili 东郭 dongguo 西门 ximen 钟离 zhongli 鲜于 xianyu 闾丘 lvqiu 公冶 gongye 宗政 zongzheng 第五 diwu 纳兰 nalan 完颜 wanyan";

/// Family names as Hong Kong, Macau, Singapore and Taiwan spell them (Cantonese, Hokkien, Wade-Giles without marks).
const ABROAD: &str = "陈 chan tan chin 林 lam lim 黄 wong ng 李 lee li 王 wong ong wang 张 cheung teo chang 刘 lau liu low 吴 ng goh wu \
蔡 choi tsai chua tsoi 杨 yeung yang 许 hui koh hsu 郑 cheng tay 谢 tse hsieh chia 周 chow chau chou 叶 yip yap yeh 何 ho 罗 law lo \
梁 leung liang 邓 tang teng 冯 fung feng 曾 tsang tseng 朱 chu 徐 tsui hsu chui 郭 kwok kuo kwek 马 ma 胡 wu hu woo 高 ko kao 赵 chiu chao \
孙 suen sun 萧 siu hsiao 苏 so su soh 卢 lo lu loo 江 kong chiang 姜 keung chiang 潘 poon pan 钟 chung 余 yu yue 方 fong 关 kwan 谭 tam \
廖 liu liao 麦 mak 莫 mok 温 wan wen 颜 ngan yen 伍 ng wu 丘 yau chiu 邱 yau chiu khoo 洪 hung ang 石 shek shih 曹 tso tsao 彭 pang peng \
蒋 tseung chiang 沈 sum shen sham 宋 sung 唐 tong 袁 yuen 韩 hon 黎 lai 霍 fok 简 kan chien 欧 au 区 au 阮 yuen 戴 tai 田 tin tien";

/// Places whose characters read otherwise alone.
const PLACES: &str = "重庆 chongqing 厦门 xiamen 长春 changchun 长沙 changsha 成都 chengdu 西藏 xizang 朝阳 chaoyang 蚌埠 bengbu \
六安 luan 亳州 bozhou 台州 taizhou 丽水 lishui 番禺 panyu 东莞 dongguan 莘县 shenxian 铅山 yanshan 乐清 yueqing 乐亭 laoting \
洪洞 hongtong 解州 haizhou 阿坝 aba 吐蕃 tubo 香港 xianggang 澳门 aomen 内蒙古 neimenggu 呼和浩特 huhehaote 乌鲁木齐 wulumuqi \
哈尔滨 haerbin 齐齐哈尔 qiqihaer 大厦 dasha 长安 changan 长江 changjiang 长城 changcheng 长虹 changhong 音乐 yinyue 银行 yinhang \
重工 zhonggong 都市 dushi 单县 shanxian 尉氏 weishi 涡阳 guoyang 歙县 shexian 黟县 yixian 枞阳 zongyang 会稽 kuaiji 大兴 daxing";

static SIMPLE: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let all: Vec<char> = VARIANTS.chars().collect();
    all.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
});

static FAMILY_TABLE: LazyLock<HashMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let mut out: HashMap<&str, Vec<&str>> = HashMap::new();
    for table in [FAMILY, COMPOUND, ABROAD] {
        let mut family = "";
        for word in table.split_whitespace() {
            if word.is_ascii() {
                let readings = out.entry(family).or_default();
                if !readings.contains(&word) {
                    readings.push(word);
                }
            } else {
                family = word;
            }
        }
    }
    out
});

static PLACE_TABLE: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let words: Vec<&str> = PLACES.split_whitespace().collect();
    words.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
});

/// A text in simplified characters.
pub(crate) fn simplified(text: &str) -> String {
    text.chars().map(|c| SIMPLE.get(&c).copied().unwrap_or(c)).collect()
}

/// How many characters of a person's name are the family name: two for the compound ones, when something follows.
pub(crate) fn family_length(name: &[char]) -> usize {
    let first_two: String = name.iter().take(2).collect();
    let compound = first_two.chars().count() == 2 && FAMILY_TABLE.contains_key(first_two.as_str());
    if compound && name.len() > 2 { 2 } else { 1 }
}

/// Readings of a family name: pinyin, then those customary abroad.
pub(crate) fn family(name: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    // The tables begin with the special reading; where they only know spellings abroad, pinyin comes first.
    let special = format!(" {FAMILY} {COMPOUND} ").contains(&format!(" {name} "));
    if !special {
        out.push(plain(name));
    }
    if let Some(readings) = FAMILY_TABLE.get(name) {
        out.extend(readings.iter().map(|it| (*it).to_owned()));
    }
    if special {
        out.push(plain(name));
    }
    let old: String = name.chars().map(|c| old_spelling(reading(c))).collect();
    out.push(old);
    distinct(out)
}

/// Readings of a given name or a brand: the usual one, others of its polyphones, and Wade-Giles.
pub(crate) fn given(name: &str) -> Vec<String> {
    const MOST: usize = 6;
    let mut out = vec![String::new()];
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        if let Some((place, read)) = PLACE_TABLE.iter().find(|(place, _)| rest.starts_with(place)) {
            for spelt in &mut out {
                spelt.push_str(read);
            }
            rest = &rest[place.len()..];
            continue;
        }
        let mut syllables = vec![reading(c)];
        if let Some(more) = c.to_pinyin_multi() {
            for other in more {
                if !syllables.contains(&other.plain()) {
                    syllables.push(other.plain());
                }
            }
        }
        let so_far = std::mem::take(&mut out);
        for (nth, syllable) in syllables.iter().enumerate() {
            for start in &so_far {
                if nth == 0 || out.len() < MOST {
                    out.push(format!("{start}{syllable}"));
                }
            }
        }
        out.truncate(MOST);
        rest = &rest[c.len_utf8()..];
    }
    let old: String = name.chars().map(|c| old_spelling(reading(c))).collect();
    out.push(old);
    distinct(out)
}

fn distinct(all: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(all.len());
    for it in all {
        if !it.is_empty() && !out.contains(&it) {
            out.push(it);
        }
    }
    out
}

fn plain(name: &str) -> String {
    name.chars().map(reading).collect()
}

fn reading(c: char) -> &'static str {
    match c {
        '吕' | '绿' | '律' | '旅' | '侣' | '履' | '虑' | '驴' => "lv",
        '女' => "nv",
        _ => c.to_pinyin().map_or("", |it| it.plain()),
    }
}

fn old_spelling(syllable: &str) -> String {
    wade_giles::spell(syllable).unwrap_or_else(|| syllable.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn family_names_have_their_own_readings() {
        for (name, expected) in
            [("单", "shan"), ("解", "xie"), ("仇", "qiu"), ("欧阳", "ouyang"), ("任", "ren"), ("王", "wang")]
        {
            assert_eq!(family(name)[0], expected, "{name}");
        }
        assert!(family("陈").contains(&"chan".to_owned()));
        assert!(family("蒋").contains(&"chiang".to_owned()));
    }

    #[test]
    fn places_have_their_own_readings() {
        assert_eq!(given("重庆")[0], "chongqing");
        assert_eq!(given("厦门")[0], "xiamen");
    }

    #[test]
    fn traditional_characters_become_simplified() {
        assert_eq!(simplified("華為技術"), "华为技术");
        assert_eq!(simplified("臺灣銀行"), "台湾银行");
    }

    #[test]
    fn the_table_of_variants_is_made_of_pairs() {
        assert_eq!(VARIANTS.chars().count() % 2, 0);
    }
}
