import "./style/fonts.css";
import "./style/page.css";
import "./style/still.css";
